"""Views of runs: the living message, plan, verification, digest."""
