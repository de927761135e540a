"""Writes to both sides: intents, frozen batches, answers, recovery, files."""
