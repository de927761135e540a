"""A Slack workspace on localhost: Web API, Socket Mode, signed HTTP, and a page to work on as in Slack."""

from bot.sandbox.slack.app import app, connection_details
from bot.sandbox.slack.workspace.state import AppSettings, Credentials, Shortcut, SlackState, SlashCommand

__all__ = ["AppSettings", "Credentials", "Shortcut", "SlackState", "SlashCommand", "app", "connection_details"]
