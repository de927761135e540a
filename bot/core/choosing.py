"""What can be chosen from a list of QuickBooks for an account, a tax type or a tracking option that has no partner."""

from dataclasses import dataclass

from bot.core.model import RecordType

LISTS = frozenset({RecordType.ACCOUNT, RecordType.TAX_TYPE, RecordType.TRACKING_OPTION})
"""Kept in QuickBooks and copied to Re-Leased: what has no partner there can only be given one."""


@dataclass(frozen=True)
class ListEntry:
    """One entry of a list of QuickBooks. `why` says what is to be known before it is chosen."""

    entity: str
    id: str
    name: str
    why: str = ""
