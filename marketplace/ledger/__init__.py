"""Double-entry books in whole rupiah; entries are only ever added."""
