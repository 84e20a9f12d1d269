"""Setting a receipt as a PDF."""
