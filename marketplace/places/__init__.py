"""The regions of Nusa Tenggara Timur, from regency down to village."""
