"""The menu of companies, the same in every view: the worst ones first."""

from collections.abc import Sequence

from blocks.kit.kit import Block, option, select
from bot.core.runs import CompanyView

MOST_OPTIONS = 100


def company_select(companies: Sequence[CompanyView], action_id: str, chosen: str = "") -> Block:
    """The worst hundred, the chosen one always among them; others are reached by name."""
    near = list(companies[:MOST_OPTIONS])
    if chosen and all(company.id != chosen for company in near):
        near[-1:] = [company for company in companies if company.id == chosen]
    return select(action_id, "Company", [option(company.name, company.id) for company in near], chosen)
