"""What an open modal has to know, kept in the store: `private_metadata` carries only the id."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from bot.core.faults import UserError
from bot.core.model import LinkChange, RecordRef
from bot.slack.desk import Desk
from bot.slack.payloads import Place, record_ref

TOO_OLD = "This window is too old. Close it and open it again."


@dataclass(frozen=True)
class Modal:
    """`results_view` is the results message it was opened from, "" when it was the red message of a company.

    `place` is where the click was made: its answer url is used once the modal is submitted. `refs` are the chosen
    records, fixed when they were shown.
    """

    results_view: str
    place: Place
    company_id: str = ""
    refs: tuple[RecordRef, ...] = ()


def keep_modal(desk: Desk, modal: Modal) -> str:
    return desk.remember_view(_plain(modal))


def kept_modal(desk: Desk, modal_id: str) -> Modal:
    """Raises UserError when it is too long ago."""
    kept: Mapping[str, Any] = desk.view(modal_id)
    if "place" not in kept:
        raise UserError(TOO_OLD)
    return Modal(kept["results_view"], Place(**kept["place"]), kept["company_id"], _refs(kept["refs"]))


def keep_shown(desk: Desk, modal_id: str, modal: Modal, shown: LinkChange) -> None:
    """What the modal says will happen, so that it can be compared with what would happen when it is submitted."""
    said = {"cascade": [str(ref) for ref in shown.cascade], "left_out": [str(ref) for ref in sorted(shown.left_out)]}
    desk.update_view(modal_id, {**_plain(modal), **said})


def kept_shown(desk: Desk, modal_id: str) -> LinkChange:
    kept = desk.view(modal_id)
    if "cascade" not in kept:
        raise UserError(TOO_OLD)
    return LinkChange((), (), _refs(kept["cascade"]), left_out=frozenset(_refs(kept["left_out"])))


def _plain(modal: Modal) -> dict[str, Any]:
    return {
        "results_view": modal.results_view,
        "place": asdict(modal.place),
        "company_id": modal.company_id,
        "refs": [str(ref) for ref in modal.refs],
    }


def _refs(texts: list[str]) -> tuple[RecordRef, ...]:
    return tuple(record_ref(text) for text in texts)
