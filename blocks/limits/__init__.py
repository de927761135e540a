"""What Slack would refuse, from one table of limits."""
