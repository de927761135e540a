"""Fills an empty US company with the sample: its lists first, then what was traded up to today."""

from bot.sandbox.quickbooks.api.company import Company
from bot.sandbox.quickbooks.api.state import QuickBooksState
from bot.sandbox.quickbooks.books.wire import pacific_date
from bot.sandbox.quickbooks.sample.ledger import Ledger
from bot.sandbox.quickbooks.sample.lists import COMPANY
from bot.sandbox.quickbooks.sample.names import write_lists


def add_sample(state: QuickBooksState, realm: str) -> Company:
    """The same on the same day, in dollars and without GST. QuickBooks itself numbers its sales forms."""
    company = state.add_company(realm, COMPANY, country="US", currency="USD", custom_txn_numbers=False, empty=True)
    today = pacific_date(state.now())
    write_lists(company, today)
    Ledger(company, today).write()
    company.write_log.clear()
    return company
