"""The field for a note, the same in every window where somebody settles something."""

from blocks.kit.kit import Block, clean, field, shorten

NOTE_CHARS = 300


def note_field(note: str = "") -> Block:
    """Why somebody does it, for the audit trail."""
    element = {"type": "plain_text_input", "action_id": "note", "max_length": NOTE_CHARS, "multiline": True}
    if clean(note):
        element["initial_value"] = shorten(clean(note, keep_lines=True), NOTE_CHARS)
    return field("note", "Note", element, hint="Why, for whoever looks at this later")
