"""Draws Block Kit as HTML, the way Slack's client does; every text is escaped."""
