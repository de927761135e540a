"""Characters that nobody sees: taken out of names, addresses and numbers, and shown where they are the matter.

They come with text that is copied from web pages, spreadsheets and messages. Those that a script needs stay: joiners
inside words of Arabic and Indic scripts, and inside emoji (https://www.unicode.org/reports/tr31/#Layout_and_Format_Control_Characters).
"""

import re
import unicodedata
from collections.abc import Iterator

HIDDEN = "_invisible"
"""Where a record that was read keeps, made visible, what was taken out of its fields: ["name Kiosk Ltd[U+200B]"]."""

ZERO_WIDTH_NON_JOINER, ZERO_WIDTH_JOINER = "\u200c", "\u200d"
JOINERS = ZERO_WIDTH_NON_JOINER + ZERO_WIDTH_JOINER
VARIATIONS = "\ufe00-\ufe0f"
TAGS = "\U000e0020-\U000e007f"  # of flags such as that of Scotland, behind a black flag
NEVER_SEEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
)
CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
BOUND_BLANKS = "\u00a0\u2007\u202f"  # blanks at which no line is broken
BLANK_LETTERS = "\u2800\u3164\uffa0"  # they count as letters and look like a blank
SUSPECT = re.compile(f"[{NEVER_SEEN}{CONTROLS}{BOUND_BLANKS}{JOINERS}{VARIATIONS}{TAGS}]")
EDGES = re.compile(f"^[{BLANK_LETTERS}\\s]+|[{BLANK_LETTERS}\\s]+$")
GONE = re.compile(f"[{NEVER_SEEN}{CONTROLS}]")
JOINING = (
    (0x0600, 0x08FF),  # Arabic, Syriac, Thaana, N'Ko and their extensions
    (0x0900, 0x109F),  # the Indic scripts, Tibetan, Myanmar
    (0x1780, 0x18AF),  # Khmer, Mongolian
    (0x1900, 0x1CFF),  # Limbu to Vedic
    (0xA800, 0xABFF),
    (0xFB50, 0xFDFF),
    (0xFE70, 0xFEFC),
    (0x10A00, 0x11FFF),
    (0x1E900, 0x1E95F),
)
BLACK_FLAG, KEYCAP, END_OF_TAGS = "\U0001f3f4", "\u20e3", "\U000e007f"
KEYCAPS = tuple("#*0123456789")
PICKED = ("\ufe0f", KEYCAP, END_OF_TAGS)  # what may end a picture
BLANKS = " \t\r\n\v\f"


def cleaned(text: str) -> str:
    """Without what nobody sees, and without blanks around it; blanks inside it are plain ones.

    Line breaks and tabs inside it stay: they are seen.
    """
    if not SUSPECT.search(text):
        return _stripped(text)
    return _stripped("".join(kept for _, kept in _kept(text)))


def visible(text: str) -> str:
    """The same with each character that nobody sees written out: "anna[U+200B]@kiosk.nz"."""
    shown = text
    if SUSPECT.search(text):
        shown = "".join(mark if mark == kept else _written(mark) for mark, kept in _kept(text))
    return EDGES.sub(lambda found: "".join(_written(one) if one in BLANK_LETTERS else one for one in found[0]), shown)


def _written(mark: str) -> str:
    return f"[U+{ord(mark):04X}]"


def _kept(text: str) -> Iterator[tuple[str, str]]:
    """Each character, and what is kept of it: itself, nothing, or a plain blank."""
    before = ""
    for place, mark in enumerate(text):
        kept = mark
        if GONE.match(mark) or (SUSPECT.match(mark) and not _is_needed(mark, before, text, place)):
            kept = ""
        elif mark in BOUND_BLANKS:
            kept = " "
        before = kept or before
        yield mark, kept


def _stripped(text: str) -> str:
    bare = text.strip()
    return bare.strip(BLANK_LETTERS + BLANKS) if bare[:1] in BLANK_LETTERS or bare[-1:] in BLANK_LETTERS else bare


def _is_needed(mark: str, before: str, text: str, place: int) -> bool:
    """False for a joiner, a variation selector or a tag that has nothing beside it to shape."""
    after = next((other for other in text[place + 1 :] if not GONE.match(other)), "")
    if mark in JOINERS:
        is_joiner = mark == ZERO_WIDTH_JOINER
        if is_joiner and _is_picture(after) and (_is_picture(before) or before in PICKED):
            return True
        return _joins(before) and (is_joiner or _joins(after))  # a joiner shapes a letter at the end of a word too
    if "\ufe00" <= mark <= "\ufe0f":
        is_keycap = before in KEYCAPS and after == KEYCAP
        is_shape = before and not (before.isascii() or before.isspace() or before in BLANK_LETTERS)
        return is_keycap or bool(is_shape and not SUSPECT.match(before))
    if "\U000e0020" <= mark <= END_OF_TAGS:
        return before == BLACK_FLAG or "\U000e0020" <= before < END_OF_TAGS
    return True


def _joins(mark: str) -> bool:
    return bool(mark) and any(first <= ord(mark) <= last for first, last in JOINING)


def _is_picture(mark: str) -> bool:
    """An emoji or its colour."""
    return bool(mark) and unicodedata.category(mark) in ("So", "Sk")
