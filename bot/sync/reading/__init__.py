"""Reads both sides into the mirror, and gathers from it what planning needs."""
