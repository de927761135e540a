"""All that people may ask of the product, for Slack and for the command line, as one value of its parts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.desk.causes import Causes
from bot.desk.companies.companies import Companies
from bot.desk.companies.web_links import WebLinks
from bot.desk.links.linking import Linking
from bot.desk.links.matching import Matching
from bot.desk.links.undo import Undoing
from bot.desk.plans import Approving
from bot.desk.posts import Posts
from bot.desk.results import Results
from bot.desk.runs import Runs
from bot.desk.team import EVERY_HOUR, Team
from bot.desk.verifications import Verifying
from bot.desk.views import Views
from bot.store.database import Database


@dataclass(frozen=True)
class Desk:
    """Every part reads the store or writes what people decide; none of them calls a vendor."""

    companies: Companies
    results: Results
    causes: Causes
    runs: Runs
    plans: Approving
    verifications: Verifying
    linking: Linking
    matching: Matching
    undo: Undoing
    team: Team
    views: Views
    posts: Posts


def desk_over(
    database: Database,
    web_links: WebLinks,
    clock: Callable[[], datetime],
    new_id: Callable[[], str],
    wake: Callable[[], None] = lambda: None,
    default_schedule: str = EVERY_HOUR,
) -> Desk:
    """The desk over one database. `wake` tells whoever carries runs that one is wanted."""
    return Desk(
        companies=Companies(database, clock),
        results=Results(database, web_links),
        causes=Causes(database, web_links),
        runs=Runs(database, clock, new_id, wake),
        plans=Approving(database, clock, new_id, wake),
        verifications=Verifying(database, clock, new_id, wake),
        linking=Linking(database, clock, new_id),
        matching=Matching(database, web_links, clock, new_id),
        undo=Undoing(database, clock),
        team=Team(database, clock, default_schedule),
        views=Views(database, clock, new_id),
        posts=Posts(database, clock),
    )
