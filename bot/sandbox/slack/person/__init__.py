"""What a person does in Slack, brought to the app and its answer applied."""
