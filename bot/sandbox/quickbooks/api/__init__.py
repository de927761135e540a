"""The API over HTTP: resources, batches, OAuth, limits, webhooks, controls."""
