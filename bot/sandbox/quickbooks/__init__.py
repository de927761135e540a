"""The QuickBooks Online stand-in: the vendor's rules over HTTP on localhost, with pages for a bookkeeper."""

from bot.sandbox.quickbooks.api.company import Company
from bot.sandbox.quickbooks.api.state import QuickBooksState
from bot.sandbox.quickbooks.api.throttle import OFF, Limits
from bot.sandbox.quickbooks.books.faults import Refusal
from bot.sandbox.quickbooks.hosting import app, connection_details
from bot.sandbox.quickbooks.sample.company import add_sample
from bot.sandbox.quickbooks.seeding import seed

__all__ = ["OFF", "Company", "Limits", "QuickBooksState", "Refusal", "add_sample", "app", "connection_details", "seed"]
