"""Deeds on links: what follows from one, which records are the same, and how each is taken back."""
