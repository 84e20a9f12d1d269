"""Makes the demo market through the services of the areas."""
