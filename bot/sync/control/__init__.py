"""The control at the end of a run: totals, duplicates, open balances."""
