"""Re-Leased over HTTP: client, reading of changes, faults."""
