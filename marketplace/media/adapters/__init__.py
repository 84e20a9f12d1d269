"""What turns uploads into files, and where the files lie."""
