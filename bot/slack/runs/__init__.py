"""Runs in Slack: started, planned, verified, told in one living message; the weekly digest."""
