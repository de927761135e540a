"""`connect` and `companies`: which companies are connected, and how they stand."""

from typing import Annotated

import typer

from bot.app import first_tokens
from bot.commands.opening import CompanyArgument, Json, opened
from bot.desk.companies.connect import connect as connect_company
from bot.terminal import output, plan_table


def connect(
    company: CompanyArgument,
    realm: Annotated[str, typer.Option(help="The QuickBooks company id.")],
    refresh_token: Annotated[str, typer.Option(help="A refresh token for that realm.", envvar="QBO_REFRESH_TOKEN")],
    as_json: Json = False,
) -> None:
    """Connect a Re-Leased company with a QuickBooks company, without a browser."""
    with opened(as_json) as app:
        done = connect_company(app.engine, app.vault, company, realm, first_tokens(refresh_token))
        if as_json:
            found = [plan_table.finding_json(one) for one in done.findings]
            about = {"company": done.company.id, "name": done.company.name, "realm": realm, "notes": list(done.notes)}
            output.put_json(
                {
                    **about,
                    "quickbooks": done.quickbooks_name,
                    "observe_only": done.company.observe_only,
                    "preflight": found,
                }
            )
        else:
            output.connected(done)


def companies(as_json: Json = False) -> None:
    """The connected companies with their status, flag and last run."""
    with opened(as_json) as app:
        views = app.desk.companies.all()
        if as_json:
            output.put_json([output.company_json(view) for view in views])
        else:
            output.companies_table(views)
