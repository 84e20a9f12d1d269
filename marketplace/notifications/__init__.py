"""Messages to people, and the channels they take."""
