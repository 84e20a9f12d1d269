"""What happens to products, their variants and their stock."""
