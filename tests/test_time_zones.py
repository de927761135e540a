"""Schedules follow the newest time zones there are: those of the system, or those that the product brings."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo, reset_tzpath

import pytest
import tzdata

from bot import time_zones
from bot.time_zones import PACKAGE, use_newest, version_of, zone_data

WINNIPEG = "America/Winnipeg"
NINE = """
import zoneinfo
from datetime import UTC, datetime
from bot import time_zones
from bot.desk.schedule import next_due
before = zoneinfo.ZoneInfo("America/Winnipeg")  # a zone that is cached already
said = time_zones.use_newest()
print(next_due("0 9 * * *", "America/Winnipeg", datetime(2026, 12, 1, tzinfo=UTC)).astimezone(UTC).isoformat())
print(said.words())
"""
COMMAND = """
import sys, zoneinfo
from datetime import datetime
from bot.__main__ import main
sys.argv = ["qbo-sync", *sys.argv[1:]]
try:
    main()
finally:
    print(zoneinfo.ZoneInfo("America/Winnipeg").utcoffset(datetime(2026, 12, 1)), file=sys.stderr)
"""


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """What is chosen holds for the whole process."""
    yield
    use_newest()


def system(folder: Path, version: str, rules_of: str, name: str = "+VERSION", text: str = "{}\n") -> str:
    """The folder of a system whose Winnipeg follows the rules of another place."""
    (folder / "America").mkdir(parents=True)
    content = files("tzdata").joinpath("zoneinfo", *rules_of.split("/")).read_bytes()
    (folder / WINNIPEG).write_bytes(content)
    if version:
        (folder / name).write_text(text.format(version))
    return str(folder)


def offset_hours(zone: str = WINNIPEG) -> float:
    from_utc = ZoneInfo(zone).utcoffset(datetime(2026, 12, 1))
    assert from_utc is not None
    return from_utc.total_seconds() / 3600


@pytest.mark.parametrize(
    ("zone", "hours"),
    [(WINNIPEG, -5), ("America/Edmonton", -6), ("America/Vancouver", -7), ("America/Havana", -4)],
)
def test_the_tests_themselves_read_what_changed_in_november_2026(zone: str, hours: int) -> None:
    assert offset_hours(zone) == hours


@pytest.mark.parametrize(
    ("name", "text"), [("+VERSION", "{}\n"), ("tzdata.zi", "# version {}\n# This zic input"), ("+VERSION", "{}")]
)
@pytest.mark.parametrize("version", ["2025b", "2026a", "2026e", "1999z"])
def test_older_files_of_the_system_give_way_to_the_package(tmp_path: Path, name: str, text: str, version: str) -> None:
    old = system(tmp_path / "old", version, "America/Chicago", name, text)
    found = use_newest([old])
    assert (found.source, found.version, found.passed_over) == (PACKAGE, tzdata.IANA_VERSION, ((old, version),))
    assert offset_hours() == -5
    assert version in found.words() and tzdata.IANA_VERSION in found.words()


@pytest.mark.parametrize("version", ["2026f", "2026g", "2027a", "2026za"])
def test_files_of_the_system_that_are_as_new_or_newer_are_used(tmp_path: Path, version: str) -> None:
    new = system(tmp_path / "new", version, "Asia/Tokyo", "tzdata.zi", "# version {}\n")
    found = use_newest([new])
    assert (found.source, found.version) == (new, version)
    assert offset_hours() == 9
    assert offset_hours("Europe/London") == 0, "what the folder lacks comes from the package"


def test_the_newest_of_several_folders_is_asked_first(tmp_path: Path) -> None:
    newer = system(tmp_path / "newer", "2027a", "Asia/Tokyo")
    newest = system(tmp_path / "newest", "2027b", "Asia/Kolkata")
    old = system(tmp_path / "old", "2025b", "America/Chicago")
    found = use_newest([old, newer, newest, str(tmp_path / "none")])
    assert (found.source, found.version, found.passed_over) == (newest, "2027b", ((old, "2025b"),))
    assert offset_hours() == 5.5


@pytest.mark.parametrize("version", ["", "unknown", "build-77"])
def test_files_that_do_not_say_how_old_they_are_give_way_to_the_package(tmp_path: Path, version: str) -> None:
    odd = system(tmp_path / "odd", version, "America/Chicago")
    found = use_newest([odd])
    assert found.source == PACKAGE and "no version that can be read" in found.words()
    assert offset_hours() == -5


def test_a_system_without_time_zones_is_no_trouble() -> None:
    assert use_newest([]).words() == f"IANA {tzdata.IANA_VERSION} of {PACKAGE}"
    assert offset_hours() == -5


def test_to_ask_changes_nothing(tmp_path: Path) -> None:
    before = TZPATH
    new = system(tmp_path / "new", "2027a", "Asia/Tokyo")
    assert zone_data([new]).source == new
    assert before == TZPATH and offset_hours() == -5
    reset_tzpath(to=[new])
    assert zone_data() == zone_data(time_zones._SEARCHED)


def test_a_version_is_read_where_the_file_is_not_text(tmp_path: Path) -> None:
    (tmp_path / "+VERSION").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "tzdata.zi").write_bytes(b"# version 2026c-3-g1234\n")
    assert version_of(str(tmp_path)) == "2026c"


def run(code: str, folder: str, *words: str, **told: str) -> subprocess.CompletedProcess[str]:
    """A process of its own, whose Python was told that the time zones of its system lie in this folder."""
    given = {**os.environ, "PYTHONTZPATH": folder, **told}
    command = [sys.executable, "-c", code, *words]
    return subprocess.run(command, capture_output=True, text=True, env=given, timeout=120)


def test_a_schedule_of_winnipeg_is_on_time_with_last_years_files(tmp_path: Path) -> None:
    old = system(tmp_path / "old", "2025b", "America/Chicago")
    said = run(NINE, old)
    assert said.stdout.splitlines()[0] == "2026-12-01T14:00:00+00:00", said.stderr
    assert f"{old} has 2025b" in said.stdout


@pytest.mark.parametrize("words", [("companies", "--json"), ("sandbox", "--help")])
def test_every_entry_point_chooses_before_it_does_anything(tmp_path: Path, words: tuple[str, ...]) -> None:
    old = system(tmp_path / "old", "2025b", "America/Chicago")
    said = run(COMMAND, old, *words, DATABASE_URL=f"sqlite:///{tmp_path / 'store.sqlite3'}")
    assert said.stderr.splitlines()[-1] == "-1 day, 19:00:00"
