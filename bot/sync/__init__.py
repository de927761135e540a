"""The sync engine: one run of one company, its plan, and its verification."""
