"""The job boundary: where a bug in background work is caught, logged with a reference, and the process goes on."""

import secrets
from collections.abc import Callable
from typing import TypeVar

import structlog

from bot.core.faults import UserError

log = structlog.get_logger()
T = TypeVar("T")


def new_reference() -> str:
    """What the log and the people who are told have in common."""
    return secrets.token_hex(4)


def guarded(work: Callable[[], T], failed: Callable[[str], T], event: str, **about: str) -> T:
    """What `work` gives; after a bug in it, what `failed` gives for the reference. Raises UserError as it comes."""
    try:
        return work()
    except UserError:
        raise
    except Exception:
        reference = new_reference()
        log.exception(event, reference=reference, **about)
        return failed(reference)
