"""The bot's side in Slack: one file per feature, each with register(app, ...). Reads the desk and starts runs."""
