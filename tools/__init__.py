"""What the project's people use beside the market itself; nothing here runs in production."""
