"""The store: companies, links, both mirrors, runs, results, intents and the audit trail, in SQLite or PostgreSQL."""
