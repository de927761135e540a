"""Acknowledges commands, clicks and shortcuts at once, before a thread is free for them; what is acknowledged stays so.

Slack waits three seconds: https://docs.slack.dev/interactivity/handling-user-interaction#acknowledgment_response
"""

from collections.abc import Callable
from typing import Any

from slack_bolt import Ack, App, BoltContext, BoltResponse

AT_ONCE = frozenset({"block_actions", "shortcut", "message_action"})


class KeptResponse(BoltResponse):
    """Its status is final: Bolt's thread runner writes 500 into the one it has just handed out."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name != "status" or "status" not in self.__dict__:
            super().__setattr__(name, value)


class LastingAck(Ack):
    """Bolt takes an acknowledgement back when the listener fails soon after it, and Slack hears of an error; not here.

    See slack_bolt.listener.thread_runner. The person is told by our own error handler.
    """

    def __setattr__(self, name: str, value: Any) -> None:
        if name != "response" or "response" not in self.__dict__:
            super().__setattr__(name, value)
        elif value is not None and self.__dict__["response"] is None:
            kept = KeptResponse(status=value.status, body=value.body, headers=value.headers)
            super().__setattr__(name, kept)


def register(app: App) -> None:
    def acknowledge(body: dict[str, Any], context: BoltContext, next: Callable[[], Any]) -> None:
        """Modals and suggestions are answered by their listeners: their acknowledgement says something."""
        context["ack"] = LastingAck()  # type: ignore[no-untyped-call]  # Bolt's is untyped
        if "command" in body or body.get("type") in AT_ONCE:
            context.ack()
        next()

    app.use(acknowledge)
