"""All record types, parents first. Adding one = its file here, its name in the list, and a member of RecordType."""

from bot.core.model import RecordType
from bot.core.spec import RecordSpec
from bot.records import (
    account,
    allocation,
    attachment,
    contact,
    credit_note,
    invoice,
    payment,
    tax_type,
    tracking_option,
)

SPECS: tuple[RecordSpec, ...] = (
    account.SPEC,
    tax_type.SPEC,
    tracking_option.SPEC,
    contact.SPEC,
    invoice.SPEC,
    credit_note.SPEC,
    payment.SPEC,
    allocation.SPEC,
    attachment.SPEC,
)
BY_TYPE: dict[RecordType, RecordSpec] = {spec.type: spec for spec in SPECS}
BY_ENTITY: dict[str, RecordSpec] = {entity: spec for spec in SPECS for entity in spec.entities}
BY_COLLECTION: dict[str, RecordSpec] = {spec.collection: spec for spec in SPECS}
