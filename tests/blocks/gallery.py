"""One ordinary sample of every view: what the golden files hold, and what a person sees first."""

from collections.abc import Callable, Mapping

from blocks import find, help, overview
from blocks.causes import window
from blocks.kit import notice
from blocks.kit.kit import Block, Message
from blocks.kit.notice import WhoMay
from blocks.linking import links, partners
from blocks.results import detail, filter
from blocks.runs import plan
from blocks.settings import company
from bot.core.model import Direction, Outcome, RecordRef, RecordType, Side
from bot.core.planning.pairing import Suggestion
from bot.core.planning.steps import FieldChange
from bot.core.results import Attempt, ResultsFilter, ResultsOrder
from bot.core.runs import Trigger
from bot.core.team.company_settings import CompanySettings
from bot.core.team.requested_plan import PlannedChange, PlannedChanges, PlannedGroup, PlanState, RequestedPlan
from bot.core.team.roles import Role, Roles
from tests.blocks import samples
from tests.blocks.test_accessibility import ABOUT_A_COMPANY, IN_ONE_STATE
from tests.blocks.test_causes_page import shown
from tests.blocks.test_detail import SIDES
from tests.blocks.test_every_view import VIEWS
from tests.blocks.test_plan_pages import made
from tests.blocks.test_views import change

Sample = Callable[[], Message | Block]
HARBOUR = samples.company()
ROW, CAUSE = samples.result(), samples.cause()
SETTINGS = CompanySettings("harbour", HARBOUR.name, "Pacific/Auckland", "0 6 * * mon-fri", "C0ACCOUNTS", True, False)
ROLES = Roles({"U0ANA": Role.ADMIN, "S0LEDGER": Role.OPERATOR})
PLAN = RequestedPlan("p1", "harbour", HARBOUR.name, PlanState.READY, "U0ANA", samples.NOW, plan=made(1, None))
PLANNED = [PlannedGroup(RecordType.INVOICE, Direction.OUTGOING, Outcome.CREATED, 23, ("INV-2041", "INV-2042"))]
DUE = FieldChange("due date", "20 Nov 2026", "4 Dec 2026", weighs=True)
AMOUNT = FieldChange("amount", "1,725.00", "1,737.94", is_lost=True, weighs=True)
CHANGED = [
    PlannedChange(RecordType.INVOICE, Direction.OUTGOING, "INV-2040", (AMOUNT, DUE)),
    PlannedChange(
        RecordType.CONTACT, Direction.INCOMING, "Kiosk Ltd", (FieldChange("phone number", "", "09 555 0100"),)
    ),
]
CHANGES = PlannedChanges(tuple(CHANGED), 22, 1, 2)
ALIKE = [
    Suggestion(Side.QUICKBOOKS, "Invoice", "12", "INV-1 of 5 Oct 2026, 138.00", 2, ("same number", "total differs"))
]


OTHERS: Mapping[str, Sample] = {
    "causes.window.causes_page": lambda: window.causes_page(shown(list(samples.causes(3)), 1), "v1"),
    "find.ask_for_words": find.ask_for_words,
    "help.help_page": help.help_page,
    "kit.notice.as_modal": lambda: notice.as_modal(notice.words("No company “nowhere”.")),
    "kit.notice.broke": lambda: notice.broke("abc123"),
    "kit.notice.cannot_check": notice.cannot_check,
    "kit.notice.not_posted": lambda: notice.not_posted("restricted_action", "Then share again."),
    "kit.notice.refused": lambda: notice.refused("unlink records", WhoMay(Role.OPERATOR, ["U0ANA"], ["ledger"])),
    "kit.notice.shared_channel": notice.shared_channel,
    "kit.notice.strangers": notice.strangers,
    "kit.notice.words": lambda: notice.words("No company “nowhere”."),
    "linking.links.confirm": lambda: links.confirm(links.Verb.UNLINK, *change(28), "v1", links.Extent.ONLY),
    "linking.links.select_rows": lambda: links.select_rows(12, "v1"),
    "linking.partners.question": lambda: partners.question(
        RecordRef(RecordType.INVOICE, "1"), "INV-1", ALIKE, "0", SIDES, "v1", "NZD"
    ),
    "overview.overview_modal": lambda: overview.overview_modal([HARBOUR]),
    "results.detail.about_cause": lambda: detail.about_cause(CAUSE, "v1"),
    "results.detail.choose": lambda: detail.choose("v1"),
    "results.detail.detail": lambda: detail.detail(
        ROW, CAUSE, SIDES, [Attempt(ROW, Trigger.PERSON, "U0ANA"), Attempt(ROW, Trigger.SCHEDULE)], "v1"
    ),
    "results.filter.filter_modal": lambda: filter.filter_modal(
        ResultsFilter("harbour", type=RecordType.INVOICE), ResultsOrder.NEWEST, [HARBOUR], "v1"
    ),
    "runs.plan.contents": lambda: plan.contents(PLAN, PLANNED, CHANGES),
    "settings.company.roles": lambda: company.roles(ROLES, {"S0LEDGER": "ledger"}, "v1", False),
    "settings.company.settings": lambda: company.settings(SETTINGS, "0 * * * *", samples.NOW, [HARBOUR], "v1"),
}


def _of_views(name: str) -> Sample:
    return lambda: VIEWS[name]("Kiosk Ltd")[0]


SAMPLES: Mapping[str, Sample] = {
    **{name: _of_views(name) for name in VIEWS},
    **ABOUT_A_COMPANY,
    **{name: sample for name, (sample, _) in IN_ONE_STATE.items()},
    **OTHERS,
}
"""By the name of the function in `blocks/`; a new view is here as soon as `VIEWS` of test_every_view.py has it."""
