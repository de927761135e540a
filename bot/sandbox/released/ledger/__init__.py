"""The records of a company, and the contract over HTTP."""
