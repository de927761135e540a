"""The product's own HTTP side."""
