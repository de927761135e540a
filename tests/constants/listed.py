"""All of it: the constants of every room."""

from tests.constants import of_adapters, of_core, of_desk, of_records, of_sets, of_store, of_sync
from tests.constants.listing import Listed

LISTED: tuple[Listed, ...] = (
    *of_core.LISTED,
    *of_records.LISTED,
    *of_sync.LISTED,
    *of_store.LISTED,
    *of_adapters.LISTED,
    *of_desk.LISTED,
    *of_sets.LISTED,
)
