"""What an open modal has to know, kept in the store: `private_metadata` carries only the id."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from bot.core.faults import UserError
from bot.core.model import RecordRef
from bot.slack.desk import Desk
from bot.slack.payloads import Place, record_ref


@dataclass(frozen=True)
class Modal:
    """`results_view` is the results message it was opened from, "" when it was the red message of a company.

    `place` is where the click was made: its answer url is used once the modal is submitted.
    """

    results_view: str
    place: Place
    company_id: str = ""
    refs: tuple[RecordRef, ...] = ()


def keep_modal(desk: Desk, modal: Modal) -> str:
    kept = {
        "results_view": modal.results_view,
        "place": asdict(modal.place),
        "company_id": modal.company_id,
        "refs": [str(ref) for ref in modal.refs],
    }
    return desk.remember_view(kept)


def kept_modal(desk: Desk, modal_id: str) -> Modal:
    """Raises UserError when it is too long ago."""
    kept: Mapping[str, Any] = desk.view(modal_id)
    if "place" not in kept:
        raise UserError("This window is too old. Close it and open it again.")
    refs = tuple(record_ref(text) for text in kept["refs"])
    return Modal(kept["results_view"], Place(**kept["place"]), kept["company_id"], refs)
