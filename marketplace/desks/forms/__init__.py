"""The shape of what is typed at the desks."""
