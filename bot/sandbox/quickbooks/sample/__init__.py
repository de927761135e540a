"""A company like Intuit's own US sample: every kind of list and transaction, under names of our own."""
