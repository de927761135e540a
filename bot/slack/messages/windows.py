"""How a window closes, and what is said of one that was open for too long."""

from slack_bolt import Ack

TOO_OLD = "This window is too old. Close it and open it again."


def close(ack: Ack, window: str) -> None:
    """Every window is closed, but the one with all causes stays and is drawn anew."""
    if window:
        ack()
    else:
        ack(response_action="clear")
