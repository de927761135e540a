"""Links to a record on either side, as people open them."""

from dataclasses import dataclass, replace
from urllib.parse import quote

from bot.core.model import RecordType, Result
from bot.records import BY_ENTITY, BY_TYPE


@dataclass(frozen=True)
class WebLinks:
    """Hosts of the links; "" = no links to that side."""

    released: str
    quickbooks: str

    def to_released(self, type_: RecordType, released_id: str) -> str:
        if not self.released or not released_id or type_ not in BY_TYPE:
            return ""
        collection = BY_TYPE[type_].part_of or BY_TYPE[type_].collection
        holder = released_id.partition("~")[0] if BY_TYPE[type_].part_of else released_id
        return f"{self.released.rstrip('/')}/{collection}/{quote(holder, safe='')}"

    def to_quickbooks(self, realm: str, entity: str, external_id: str) -> str:
        """Through the company switch, so that the link opens in the right company whichever was open before."""
        address = BY_ENTITY[entity].web_pages.get(entity) if entity in BY_ENTITY else None
        if not self.quickbooks or not external_id or not address:
            return ""
        page = quote(address + external_id, safe="")
        return f"{self.quickbooks.rstrip('/')}/login?deeplinkcompanyid={quote(realm, safe='')}&pagereq={page}"

    def on(self, result: Result, realm: str) -> Result:
        return replace(
            result,
            released_url=self.to_released(result.ref.type, result.released_id),
            external_url=self.to_quickbooks(realm, result.entity, result.external_id),
        )
