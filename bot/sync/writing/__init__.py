"""Writes to both sides: intents, outgoing batches, answers, recovery, files."""
