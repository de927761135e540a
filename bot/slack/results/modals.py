"""What an open modal has to know, kept in the store: `private_metadata` carries only the id."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from bot.core.faults import UserError
from bot.core.model import LinkChange, OpenAmount, RecordRef
from bot.core.results import ResultsFilter
from bot.desk.desk import Desk
from bot.slack.messages.windows import TOO_OLD
from bot.slack.plumbing.payloads import Place, record_ref
from bot.slack.results.state import ResultsState, from_json, to_json


@dataclass(frozen=True)
class Modal:
    """`results_view` is the results message it was opened from, "" when it was the red message of a company.

    `place` is where the click was made: its answer url is used once the modal is submitted. `refs` are the chosen
    records, fixed when they were shown; `wanted` is the filter that they were chosen with, and `takes_all` says that
    it was everything which that filter has.

    `retries` is how many records a retry of the cause takes along whose card this was opened from; None = no card.
    `window` is the window with all causes that it was opened over, "" = none.
    """

    results_view: str
    place: Place
    company_id: str = ""
    refs: tuple[RecordRef, ...] = ()
    wanted: ResultsFilter | None = None
    takes_all: bool = False
    retries: int | None = None
    window: str = ""


def keep_modal(desk: Desk, modal: Modal) -> str:
    return desk.views.remember(_plain(modal))


def kept_modal(desk: Desk, modal_id: str) -> Modal:
    """Raises UserError when it is too long ago."""
    kept: Mapping[str, Any] = desk.views.get(modal_id)
    if "place" not in kept:
        raise UserError(TOO_OLD)
    wanted = kept.get("wanted")
    return Modal(
        kept["results_view"],
        Place(**kept["place"]),
        kept["company_id"],
        _refs(kept["refs"]),
        from_json(wanted).wanted if wanted else None,
        kept.get("takes_all", False),
        kept.get("retries"),
        kept.get("window", ""),
    )


def keep_shown(desk: Desk, modal_id: str, modal: Modal, shown: LinkChange) -> None:
    """What the modal says will happen, so that it can be compared with what would happen when it is submitted."""
    owed = [[one.currency, str(one.receivable), str(one.payable)] for one in shown.open_amounts]
    sets = {"left_out": shown.unlinked, "unmatched": shown.unmatched}
    said = {name: [str(ref) for ref in sorted(refs)] for name, refs in sets.items()}
    cascade = [str(ref) for ref in shown.cascade]
    desk.views.update(modal_id, {**_plain(modal), **said, "cascade": cascade, "open_amounts": owed})


def kept_shown(desk: Desk, modal_id: str) -> LinkChange:
    kept = desk.views.get(modal_id)
    if "open_amounts" not in kept:
        raise UserError(TOO_OLD)
    unlinked, unmatched = frozenset(_refs(kept["left_out"])), frozenset(_refs(kept["unmatched"]))
    owed = tuple(
        OpenAmount(currency, Decimal(ours), Decimal(theirs)) for currency, ours, theirs in kept["open_amounts"]
    )
    return LinkChange((), (), _refs(kept["cascade"]), open_amounts=owed, unlinked=unlinked, unmatched=unmatched)


def _plain(modal: Modal) -> dict[str, Any]:
    return {
        "results_view": modal.results_view,
        "place": asdict(modal.place),
        "company_id": modal.company_id,
        "refs": [str(ref) for ref in modal.refs],
        "wanted": to_json(ResultsState(modal.wanted)) if modal.wanted else None,
        "takes_all": modal.takes_all,
        "retries": modal.retries,
        "window": modal.window,
    }


def _refs(texts: list[str]) -> tuple[RecordRef, ...]:
    return tuple(record_ref(text) for text in texts)
