"""Opening a shop: the application of somebody who sells, and what the curators say about each part of it."""
