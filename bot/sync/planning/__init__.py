"""Plans from the mirror: drafts that are written down, pre-flight checks, suggested matches."""
