"""The outside world: Re-Leased, QuickBooks Online and Intuit's sign-in, each over HTTP, each raising only ApiError."""
