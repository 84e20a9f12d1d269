"""From cart to placed purchase."""
