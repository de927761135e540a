"""Names and kinds of files: which names are safe on both sides, and which kinds QuickBooks takes."""

import unicodedata

from bot.core.invisible import cleaned

NAME_LENGTH = 255  # most file systems, and Re-Leased, take no longer one
ENDING_LENGTH = 12  # what may be kept as an ending when a name is cut
NO_NAME = "file"
UNKNOWN_KIND = "application/octet-stream"
OFFICE = "application/vnd.openxmlformats-officedocument"

# https://developer.intuit.com/app/developer/qbo/docs/workflows/attach-images-and-notes
TAKEN = {
    "ai": "application/postscript",
    "csv": "text/csv",
    "doc": "application/msword",
    "docx": f"{OFFICE}.wordprocessingml.document",
    "eps": "application/postscript",
    "gif": "image/gif",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "pages": "application/vnd.apple.pages",
    "pdf": "application/pdf",
    "png": "image/png",
    "rtf": "application/rtf",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "txt": "text/plain",
    "xls": "application/vnd.ms-excel",
    "xlsx": f"{OFFICE}.spreadsheetml.sheet",
    "xml": "text/xml",
}
ALSO_CALLED = {"image/jpg": "image/jpeg", "text/rtf": "application/rtf", "application/xml": "text/xml"}


def safe_name(name: str) -> str:
    """The name without what could break out of a header or a folder, and cut to a length both sides take.

    The ending survives the cut, because it says what the file is.
    """
    kept = "".join(" " if unicodedata.category(mark) in ("Cc", "Cs", "Zl", "Zp") else mark for mark in name)
    kept = cleaned(kept)  # marks of direction among them: they hide an ending
    kept = " ".join(kept.replace("/", "_").replace("\\", "_").replace('"', "'").split())
    if len(kept) <= NAME_LENGTH:
        return kept or NO_NAME
    ending = _ending(kept)
    tail = f".{ending}" if ending else ""
    return kept[: NAME_LENGTH - len(tail)].rstrip() + tail


def kind_taken(name: str, kind: str) -> str:
    """The media type under which QuickBooks takes this file, or "". A known ending of the name decides."""
    plain = kind.partition(";")[0].strip().lower()
    plain = ALSO_CALLED.get(plain, plain)
    return TAKEN.get(_ending(name).lower(), "") or (plain if plain in TAKEN.values() else "")


def kind_of(name: str, kind: str) -> str:
    """The media type of a file that QuickBooks may say nothing about."""
    plain = kind.partition(";")[0].strip().lower()
    main, slash, rest = plain.partition("/")
    if slash and all(_is_token(part) for part in (main, rest)):
        return plain
    return TAKEN.get(_ending(name).lower(), UNKNOWN_KIND)


def _ending(name: str) -> str:
    stem, dot, ending = name.rpartition(".")
    return ending if stem and dot and 0 < len(ending) <= ENDING_LENGTH and ending.isalnum() else ""


def _is_token(part: str) -> bool:
    return 0 < len(part) <= 100 and part.isascii() and all(mark.isalnum() or mark in "_.+-" for mark in part)
