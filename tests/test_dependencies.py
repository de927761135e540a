"""What is imported is declared and pinned, what is declared is used, and production has nothing of the stand-ins."""

import ast
import re
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from bot.sandbox.__main__ import NEEDED
from tests.demo.production import without

ROOT = Path(__file__).parents[1]
OURS = {"bot", "blocks", "tests", "benchmarks"}
UNSEEN = {
    "psycopg": "SQLAlchemy loads it for a DATABASE_URL of PostgreSQL",
    "python-multipart": "Starlette loads it for a form, which only pages of the stand-ins have",
    "websockets": "uvicorn loads it for a socket, which only the Slack stand-in serves",
}
TOOLS = {"mypy", "pytest-timeout", "pytest-xdist", "ruff", "setuptools"}
TYPES = "types-"


@cache
def project() -> dict[str, list[str]]:
    """The names that pyproject.toml declares, for production and for each extra."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lists = {"production": told["dependencies"], **told["optional-dependencies"]}
    return {use: [re.split(r"[\[<>=!~;\s]", one)[0] for one in wanted] for use, wanted in lists.items()}


def imported(files: Iterable[Path]) -> set[str]:
    """The distributions whose modules these files import, wherever they do."""
    modules: set[str] = set()
    for node in (node for path in files for node in ast.walk(ast.parse(path.read_text()))):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            modules.add(str(node.module))
    known = packages_distributions()
    return {
        known[top][0].lower().replace("_", "-")
        for top in {name.split(".")[0] for name in modules} - OURS
        if top in known
    }


def code_of(*folders: str) -> list[Path]:
    return [path for folder in folders for path in (ROOT / folder).rglob("*.py")]


@cache
def by_use() -> dict[str, set[str]]:
    """What the product imports, what only the stand-ins do, and what only the tests and benchmarks do."""
    sandbox = [path for path in code_of("bot") if "sandbox" in path.parts]
    product = imported(path for path in code_of("bot", "blocks") if "sandbox" not in path.parts)
    demo = imported(sandbox) - product
    return {"production": product, "demo": demo, "dev": imported(code_of("tests", "benchmarks")) - product - demo}


@pytest.mark.parametrize("use", ["production", "demo", "dev"])
def test_what_is_imported_is_declared_and_what_is_declared_is_imported(use: str) -> None:
    declared = {name for name in project()[use] if name not in TOOLS and not name.startswith(TYPES)}
    assert by_use()[use] - {"pytest"} == declared - UNSEEN.keys() - {"pytest"}


def test_types_are_declared_for_what_is_imported() -> None:
    described = {name.removeprefix(TYPES) for name in project()["dev"] if name.startswith(TYPES)}
    assert described <= {name for names in by_use().values() for name in names}


def pinned(file: str) -> set[str]:
    return set(re.findall(r"^([\w.-]+)==", (ROOT / file).read_text(), re.M))


def test_production_has_all_that_it_needs_and_nothing_of_the_stand_ins() -> None:
    wanted = project()
    assert set(wanted["production"]) <= pinned("requirements.txt")
    assert {"websockets", "python-multipart", "jinja2"} <= set(wanted["demo"])
    assert pinned("requirements.txt") & (set(wanted["demo"]) - {"markupsafe"}) == set()
    assert {name for names in wanted.values() for name in names} <= pinned("requirements-dev.txt")


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
def test_every_pin_has_its_hashes_and_no_host_is_named(file: str) -> None:
    text = (ROOT / file).read_text()
    assert len(re.findall(r"^[\w.-]+==\S+ \\\n    --hash=sha256:", text, re.M)) == len(pinned(file)) > 20
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith(("#", "--hash="))]
    assert [line for line in lines if not re.fullmatch(r"[\w.-]+==[\w.]+ \\", line)] == []
    assert "://" not in text


def test_the_door_of_the_sandbox_asks_for_the_modules_of_its_extra() -> None:
    known = packages_distributions()
    asked = {known[module][0].lower().replace("_", "-") for module in NEEDED}
    assert asked == set(project()["demo"]) - {"markupsafe"}, "Mako brings that one to production as well"


@pytest.mark.parametrize("words", [("demo",), ("demo", "--check"), ("sandbox", "slack"), ("sandbox", "--help")])
def test_without_the_extra_demo_and_sandbox_end_with_one_line_that_says_how_to_get_it(words: tuple[str, ...]) -> None:
    said = without(NEEDED, *words)
    assert (said.returncode, said.stdout, len(said.stderr.splitlines())) == (2, "", 1)
    assert "pip install 'qbo-sync[demo]'" in said.stderr


@pytest.mark.parametrize("words", [("--help",), ("companies", "--json")])
def test_the_product_runs_without_the_extra(words: tuple[str, ...]) -> None:
    assert without(NEEDED, *words).returncode == 0
