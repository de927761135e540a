"""What people may do, for Slack and the terminal alike: one file a deed."""
