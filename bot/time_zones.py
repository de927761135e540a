"""Which time zone data this process reads: the newer of the operating system's files and the `tzdata` package.

Python takes the system's files first and the package only for what they lack, however old they are:
https://docs.python.org/3/library/zoneinfo.html#data-sources
"""

import re
import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import tzdata

VERSION = re.compile(r"(?:# version )?(\d{4})([a-z]+)")
VERSION_FILES = ("+VERSION", "tzdata.zi")  # of macOS and the BSDs; of IANA's own `make install`
PACKAGE = "the tzdata package"
OPENING_CHARS = 40  # more than a version takes


@dataclass(frozen=True)
class ZoneData:
    """`version` is IANA's ("2026f"), of `source`: the package or a folder. `passed_over` are folders of the system that
    are older, or say no version (""), each with its own.
    """

    source: str
    version: str
    passed_over: tuple[tuple[str, str], ...] = ()

    def words(self) -> str:
        said = f"IANA {self.version} of {self.source}"
        others = [f"{folder} has {version or 'no version that can be read'}" for folder, version in self.passed_over]
        return f"{said}; not used: {', '.join(others)}" if others else said


def use_newest(folders: Sequence[str] | None = None) -> ZoneData:
    """Sets where this whole process reads time zones from, and says where that is.

    It holds for every library of the process too, which is right for a program and wrong for a library: only entry
    points call it, and first of all, for a zone that somebody holds keeps its rules. `folders`: see `zone_data`.
    """
    searched = _SEARCHED if folders is None else tuple(folders)
    zoneinfo.reset_tzpath(to=_as_new_as_the_package(searched))
    zoneinfo.ZoneInfo.clear_cache()
    return zone_data(searched)


def zone_data(folders: Sequence[str] | None = None) -> ZoneData:
    """What `use_newest` chooses; changes nothing.

    `folders` are those that Python would search; without them, all that it searched at its start (PYTHONTZPATH, or as
    it was built). One that does not say its version cannot be compared, and gives way to the package.
    """
    searched = [path for path in (_SEARCHED if folders is None else folders) if Path(path).is_dir()]
    used = _as_new_as_the_package(searched)
    passed_over = tuple((path, version_of(path)) for path in searched if path not in used)
    if used:
        return ZoneData(used[0], version_of(used[0]), passed_over)
    return ZoneData(PACKAGE, tzdata.IANA_VERSION, passed_over)


def version_of(folder: str) -> str:
    """The IANA version of the files in a folder; "" where it is not told, or told of no files."""
    for name in VERSION_FILES:
        try:
            with Path(folder, name).open(encoding="utf-8", errors="replace") as file:
                found = VERSION.match(file.read(OPENING_CHARS))
        except OSError:
            continue
        if found:
            return found[1] + found[2]
    return ""


def _as_new_as_the_package(folders: Sequence[str]) -> list[str]:
    """The newest first: Python asks them in this order, and the package for what they lack."""
    new = [folder for folder in folders if _age(version_of(folder)) >= _age(tzdata.IANA_VERSION)]
    return sorted(new, key=lambda folder: _age(version_of(folder)), reverse=True)


def _age(version: str) -> tuple[int, int, str]:
    """ "2025b" is before "2025z", that before "2025za", and nothing is before all."""
    found = VERSION.fullmatch(version)
    return (int(found[1]), len(found[2]), found[2]) if found else (0, 0, "")


_SEARCHED = tuple(zoneinfo.TZPATH)
