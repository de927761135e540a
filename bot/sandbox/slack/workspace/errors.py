"""What the stand-in refuses, under Slack's own names."""

from collections.abc import Mapping, Sequence
from typing import Any


class SlackRefusal(Exception):
    """A Web API error: `code` is Slack's name for it, `messages` go into `response_metadata`."""

    def __init__(self, code: str, messages: Sequence[str] = (), **more: Any) -> None:
        super().__init__(code, *messages)
        self.code = code
        self.messages = tuple(messages)
        self.more: Mapping[str, Any] = more

    def to_json(self) -> dict[str, Any]:
        metadata = {"response_metadata": {"messages": list(self.messages)}} if self.messages else {}
        return {"ok": False, "error": self.code, **metadata, **self.more}


class NoSuchThing(LookupError):
    """Someone on the page or at `/_control` named a user, channel, message, view or element that is not there."""
