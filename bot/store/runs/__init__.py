"""Named queries over runs: their lease, their ledger of writes, their plans."""
