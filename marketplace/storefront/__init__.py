"""The public pages: home, search, category, product, shop."""
