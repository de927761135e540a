"""Takes what nobody sees out of the names, addresses and numbers of an answer, so that nothing else need know of it.

Free text (descriptions, messages) and what we do not know (custom fields) stay as they came: they may be sent back.
"""

from typing import Any

from bot.core.invisible import HIDDEN, cleaned, visible

TRIMMED = frozenset(
    {
        *("name", "email", "phone", "taxNumber", "number", "reference", "code", "fileName"),
        *("line1", "line2", "city", "region", "postalCode"),
        *("DisplayName", "FullyQualifiedName", "CompanyName", "Name", "DocNumber", "PaymentRefNum", "PrivateNote"),
        *("AcctNum", "Sku", "FileName", "ResaleNum", "PrimaryTaxIdentifier", "TaxIdentifier", "BusinessNumber"),
        *("Address", "FreeFormNumber", "Line1", "Line2", "City", "CountrySubDivisionCode", "PostalCode", "Country"),
    }
)
NOT_OURS = frozenset({"CustomField", "Fault", "errors"})
SEEN_BLANKS = " \t\r\n\v\f"


def trimmed(value: Any) -> Any:
    """The same value, changed in place; a record of it says under HIDDEN what it held, for people to see."""
    if isinstance(value, list):
        for item in value:
            trimmed(item)
    elif isinstance(value, dict):
        found = _fields(value)
        if found and _is_record(value):
            value[HIDDEN] = found
    return value


def _is_record(value: dict[str, Any]) -> bool:
    return ("Id" in value and "SyncToken" in value) or ("id" in value and "version" in value)


def _fields(value: dict[str, Any]) -> list[str]:
    """Trims the fields of one object, and of those within; gives those that held what nobody sees, made visible."""
    found: list[str] = []
    for name, item in value.items():
        if isinstance(item, str):
            if name in TRIMMED and (bare := cleaned(item)) != item:
                value[name] = bare
                if bare != item.strip(SEEN_BLANKS):
                    found.append(f"{name} {visible(item)}")
        elif isinstance(item, dict) and name not in NOT_OURS:
            inner = _fields(item)
            if inner and _is_record(item):
                item[HIDDEN] = inner
            else:
                found += inner
        elif isinstance(item, list) and name not in NOT_OURS:
            trimmed(item)
    return found
