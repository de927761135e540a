"""Named queries over what both sides said: records, links, money, and the balances between them."""
