"""Pictures and documents, and their sizes."""
