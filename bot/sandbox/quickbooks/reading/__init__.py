"""Queries, searches and change data capture."""
