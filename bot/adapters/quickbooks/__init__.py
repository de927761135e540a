"""QuickBooks Online over HTTP: client, wire format, faults, OAuth tokens, rate limits."""
