"""What can be asked of the bot, on one screen, with one example a word."""

from blocks.kit import Message, context, escape, section

LINES = (
    ("`/qbo-sync`", "all companies with their flags"),
    ("`/qbo-sync sync`", "start a sync now, for example `/qbo-sync sync harbour`"),
    ("`/qbo-sync results`", "what synced and what did not, for example `/qbo-sync results harbour`"),
    ("`/qbo-sync help`", "this page"),
)
FLAGS = (
    "🔵 Blue: finished, no errors · 🔶 Orange: still running, an error was found · "
    "🟥 Red: finished, something needs attention"
)
COMPANY = "The beginning of a company's name is enough. With one company you can leave it out."


def help_page(unknown: str = "") -> Message:
    """`unknown` is a word that nobody understood; it is named, so that a typing error is seen at once."""
    sorry = f"I do not know “{escape(unknown, 40)}”. " if unknown else ""
    lines = "\n".join(f"{command} – {does}" for command, does in LINES)
    opening = f"{sorry}This is what you can ask:"
    summary = "/qbo-sync (companies and flags), /qbo-sync sync, /qbo-sync results, /qbo-sync help"
    return Message(f"{opening} {summary}", [section(f"{opening}\n{lines}"), context(f"{COMPANY}\n{FLAGS}")])
