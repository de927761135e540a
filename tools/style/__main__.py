"""`python -m tools.style` writes docs/style.md and prints its table; with `--rooms` it only prints the rooms."""

import argparse
import sys
from pathlib import Path

from tools.style import page, rooms
from tools.style.project import read

ROOT = Path(__file__).parents[2]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.style", description=__doc__)
    parser.add_argument(
        "--rooms", action="store_true", help="print every room with its files and arrows, write nothing"
    )
    only_rooms: bool = parser.parse_args().rooms
    project = read(ROOT)
    if only_rooms:
        sys.stdout.write(f"{rooms.table(project)}\n")
        return
    text = page.page(project)
    (ROOT / page.PATH).write_text(text, encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("|")]
    sys.stdout.write("\n".join(rows) + "\n")


if __name__ == "__main__":
    main()
