"""The pages of the repository that people read, and copies of its tree for what a page says to do."""

import shutil
from pathlib import Path

from tools.markdown import Page, read

ROOT = Path(__file__).parents[2]
FOLDERS = ("", "docs", "docs/decisions", "findings")
FILES = sorted(path for folder in FOLDERS for path in (ROOT / folder).glob("*.md"))
PAGES: dict[str, Page] = {str(path.relative_to(ROOT)): read(path.read_text(encoding="utf-8")) for path in FILES}
LEFT_OUT = shutil.ignore_patterns(".*cache", ".git", ".venv", "__pycache__", "*.egg-info", "build")


def copy_tree(to: Path) -> Path:
    """The repository without what is made from it."""
    shutil.copytree(ROOT, to, ignore=LEFT_OUT)
    return to
