"""What needs attention, grouped by its cause: what mends it, whose move it is, what a team settled about it."""
