"""QuickBooks' rules for each kind of record."""
