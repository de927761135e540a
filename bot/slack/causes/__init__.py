"""Causes in Slack: the window, the red message of an episode, assignments and reminders."""
