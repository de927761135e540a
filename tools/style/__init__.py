"""Measures the repository from its source, and writes down where it stands beside where it wants to stand."""
