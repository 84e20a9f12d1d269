"""Do our books agree with each other, and with the providers'? Looked at every night, and kept."""
