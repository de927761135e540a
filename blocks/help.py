"""What can be asked of the bot, on one screen, with one example a word."""

from difflib import get_close_matches

from blocks.kit.kit import Message, context, escape, section

LINES = (
    ("`/qbo-sync`", "all companies with their flags"),
    ("`/qbo-sync sync`", "start a sync now"),
    ("`/qbo-sync results`", "what synced and what did not"),
    ("`/qbo-sync plan`", "what a sync would do, to look at and apply"),
    ("`/qbo-sync verify`", "read both sides whole: control totals, duplicates, what differs"),
    ("`/qbo-sync find`", "look for a name or a number in all companies"),
    ("`/qbo-sync audit`", "who unlinked, relinked, synced and changed settings"),
    ("`/qbo-sync settings`", "schedule, channel, approvals, digest, who may do what"),
    ("`/qbo-sync help`", "this page"),
)
WORDS = tuple(command.strip("`").removeprefix("/qbo-sync").strip() for command, _ in LINES if " " in command)
EXAMPLES = tuple(
    f"`/qbo-sync {word} {'INV-2041' if word == 'find' else 'harbour'}`" for word in WORDS if word != "help"
)
FLAGS = (
    "🔵 Blue: finished, no errors · 🔶 Orange: still running, an error was found · "
    "🟥 Red: finished, something needs attention"
)
COMPANY = "The beginning of a company's name is enough. With one company you can leave it out."


def nearest(word: str) -> str:
    """The known word that was probably meant, "" = none is near."""
    return next(iter(get_close_matches(word.casefold(), WORDS, n=1, cutoff=0.6)), "")


def help_page(unknown: str = "") -> Message:
    """`unknown` is a word that nobody understood; it is named, so that a typing error is seen at once."""
    opening = f"{_sorry(unknown)}This is what you can ask:"
    lines = "\n".join(f"{command} – {does}" for command, does in LINES)
    summary = f"/qbo-sync (companies and flags), {', '.join(f'/qbo-sync {word}' for word in WORDS)}"
    examples = f"For example: {' · '.join(EXAMPLES)}"
    notes = context(f"{COMPANY}\n{FLAGS}")
    return Message(f"{opening} {summary}", [section(f"{opening}\n{lines}"), notes, context(examples)])


def _sorry(unknown: str) -> str:
    if not unknown:
        return ""
    meant = nearest(unknown)
    said = f"I do not know “{escape(unknown, 40)}”."
    return f"{said} Did you mean `/qbo-sync {meant}`? " if meant else f"{said} "
