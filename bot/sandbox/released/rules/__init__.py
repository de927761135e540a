"""The contract's rules for each collection."""
