"""What the bot has to know about its Slack app and workspace."""

from dataclasses import dataclass, field

from blocks.limits.check import NEWER, TableLimits
from blocks.results.table import TableForm

PUBLIC_API = "https://slack.com/api/"


@dataclass(frozen=True)
class SlackSettings:
    """`channel` (id or #name) takes the flags of companies that have no channel of their own.

    `table_form` is the richest form of table to try first, `table_limits` what a data_table may hold here.
    `operators` are the user ids that may act; empty = workspace admins and owners. Tokens are kept out of the repr.
    """

    bot_token: str = field(repr=False)
    app_token: str = field(default="", repr=False)
    signing_secret: str = field(default="", repr=False)
    api_url: str = PUBLIC_API
    channel: str = ""
    operators: tuple[str, ...] = ()
    table_limits: TableLimits = NEWER
    table_form: TableForm = TableForm.DATA_TABLE


def operators_in(text: str) -> tuple[str, ...]:
    """The user ids in "U0ANA, U0BEN", each once, in their order."""
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
