"""The QuickBooks Online stand-in: the vendor's rules over HTTP on localhost, with pages for a bookkeeper."""

from bot.sandbox.quickbooks.company import Company
from bot.sandbox.quickbooks.faults import Refusal
from bot.sandbox.quickbooks.hosting import app, connection_details
from bot.sandbox.quickbooks.seeding import seed
from bot.sandbox.quickbooks.state import QuickBooksState
from bot.sandbox.quickbooks.throttle import OFF, Limits

__all__ = ["OFF", "Company", "Limits", "QuickBooksState", "Refusal", "app", "connection_details", "seed"]
