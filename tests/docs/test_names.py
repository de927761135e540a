"""What a page names is there: files, anchors, modules, tests, settings, commands, options, words of /qbo-sync, targets.

A path is one from the root, or below the folder that the page names: "Paths are below `tests/simulation/`".
"""

import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer

from blocks.help import WORDS
from bot.__main__ import cli
from bot.core.model import RecordType
from bot.sandbox.commands import cli as sandbox
from bot.sandbox.slack.methods.web_api import METHODS
from bot.settings import Settings
from tests.docs.pages import PAGES, ROOT
from tests.docs.test_blocks import exists
from tools.markdown import Page, target

SUFFIXES = ("py", "toml", "md", "yml", "json", "sh", "txt", "html", "js", "css", "png", "example")
PATH = re.compile(rf"\.?[\w.*-]+(?:/[\w.*-]+)*/?|[\w*-]+\.(?:{'|'.join(SUFFIXES)})")
BELOW = re.compile(r"[Pp]aths are below\s+`([\w./-]+)`")
NODE = re.compile(r"[\w./-]+\.py::\w+")
MODULE = re.compile(r"(?:bot|blocks|tests|tools|benchmarks)(?:\.\w+)+")
SETTING = re.compile(r"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?:=.*)?")
IDENTIFIER = re.compile(r"_?[a-z]+(?:_[a-z]+)+|(?:[A-Z][a-z]+){2,}")
SOURCES = ("bot", "blocks", "tests", "tools", "benchmarks")
CODE = {"py", "toml", "html", "js", "yml", "json"}
NAMES = [name.upper() for name in Settings.model_fields]
PREFIXES = {name.partition("_")[0] for name in NAMES if "_" in name}
EXAMPLE = ROOT / ".env.example"
README = PAGES["README.md"]
APPS: tuple[Any, ...] = (cli, sandbox)


def commands() -> dict[str, set[str]]:
    """The options of each, by the words after `qbo-sync`: "sync", "sandbox slack"."""
    own, alone = ({name: options(one) for name, one in typer.main.get_command(app).commands.items()} for app in APPS)
    return {**own, "demo": alone.pop("demo"), **{f"sandbox {name}": one for name, one in alone.items()}}


def options(command: Any) -> set[str]:
    return {name for one in command.params if one.param_type_name == "option" for name in one.opts}


def synopsis() -> Iterator[tuple[list[str], set[str]]]:
    """Each command of the README with the options it shows. `a|b` are two; a line that begins with a space goes on."""
    (block,) = [block for block in README.blocks if block.remark == "synopsis"]
    for line in re.sub(r"\n +", " ", re.sub(r" +#.*", "", block.text)).splitlines():
        words = line.replace(" | ", "|").split()
        assert words[0] == "qbo-sync", line
        named = words[1:3] if words[1] == "sandbox" else words[1:2]
        *first, last = [part.split("|") for part in named]
        names = [" ".join([*(one[0] for one in first), choice]) for choice in last]
        yield names, set(re.findall(r"--[a-z-]+", line))


def usages(page: Page) -> Iterator[str]:
    """Every command of ours on a page, in the prose and in blocks, without what comes before and after it."""
    yield from (said for said in page.ticked if said.startswith("qbo-sync "))
    for block in page.blocks:
        if block.language in ("sh", "console"):
            yield from re.findall(r"^(?:\$ )?(qbo-sync [^|>#\n]+)", block.text, re.M)


@cache
def words_of_the_source() -> frozenset[str]:
    """All that is written in the source, for names that must stand somewhere in it."""
    files = [path for folder in SOURCES for path in (ROOT / folder).rglob("*") if path.suffix[1:] in CODE]
    files = [path for path in files if "docs" not in path.parts and "golden" not in path.parts]
    texts = [path.read_text(encoding="utf-8") for path in [*files, ROOT / "manifest.yml", ROOT / "Makefile"]]
    return frozenset(word for text in texts for word in re.findall(r"\w+", text))


def is_there(name: str, folders: list[Path]) -> bool:
    return any(any(folder.glob(name.rstrip("/"))) for folder in folders)


def is_path(said: str, folders: list[Path]) -> bool:
    """Whether it means a file or a folder: by its ending, or because its first part is one."""
    if not PATH.fullmatch(said) or "//" in said or "NAME" in said:
        return False
    if said.rpartition(".")[2] in SUFFIXES and not said.startswith("."):
        return True
    return "/" in said.strip("/") and is_there(said.partition("/")[0], folders)


@pytest.mark.parametrize("name", PAGES)
def test_each_link_leads_to_a_file_and_a_heading_that_are_there(name: str) -> None:
    broken = []
    for link in PAGES[name].links:
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = ((ROOT / name).parent / path).resolve() if path else ROOT / name
        other = PAGES.get(str(target.relative_to(ROOT)))
        if not target.exists() or (anchor and (other is None or anchor not in other.anchors)):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("name", PAGES)
def test_each_path_module_and_test_that_is_named_is_there(name: str) -> None:
    """Or it is what a block of the page writes. A method of Slack may look like a module."""
    page = PAGES[name]
    folders = [ROOT, (ROOT / name).parent, *(ROOT / below for below in BELOW.findall(page.prose))]
    written = {target(block) for block in page.blocks}
    named = [said for said in page.ticked if said.partition("::")[0] not in written]
    missing = [said for said in named if is_path(said, folders) and not is_there(said, folders)]
    missing += [said for said in named if NODE.fullmatch(said) and not exists(said)]
    missing += [said for said in named if MODULE.fullmatch(said) and said not in METHODS and not is_module(said)]
    assert missing == []


def is_module(said: str) -> bool:
    """A module, or a name in one."""
    path, name = said.replace(".", "/"), said.rpartition(".")[2]
    if (ROOT / path).is_dir() or (ROOT / f"{path}.py").is_file():
        return True
    holder = path.rpartition("/")[0]
    files = [ROOT / f"{holder}.py", ROOT / holder / "__init__.py"]
    return any(file.is_file() and re.search(rf"\b{name}\b", file.read_text(encoding="utf-8")) for file in files)


@pytest.mark.parametrize("name", PAGES)
def test_each_name_of_the_code_stands_in_the_source(name: str) -> None:
    said = {one for one in PAGES[name].ticked if IDENTIFIER.fullmatch(one)}
    said |= {found[1] for one in PAGES[name].ticked if (found := SETTING.fullmatch(one))}
    assert said - {*NAMES, *words_of_the_source()} == set()


@pytest.mark.parametrize("name", PAGES)
def test_each_setting_that_is_named_is_read(name: str) -> None:
    said = {found[1] for one in PAGES[name].ticked if (found := SETTING.fullmatch(one))}
    assert {one for one in said if one.partition("_")[0] in PREFIXES} - set(NAMES) == set()


def test_the_example_of_a_dotenv_file_has_each_setting_with_its_default() -> None:
    """One that is filled in by whoever installs is empty there; one with a default is shown with it."""
    lines = re.findall(r"^#?([A-Z_]+)=(.*)$", EXAMPLE.read_text(encoding="utf-8"), re.M)
    shown = {name: re.split(" +#", value)[0].strip() for name, value in lines}
    assert sorted(shown) == sorted(NAMES)
    defaults = {name.upper(): field.default for name, field in Settings.model_fields.items()}
    wrong = {name: value for name, value in shown.items() if value != _as_text(defaults[name])}
    assert wrong == {}


def test_each_setting_is_looked_at_by_somebody() -> None:
    files = [path for path in (ROOT / "bot").rglob("*.py") if path.name != "settings.py"]
    code = "\n".join(path.read_text(encoding="utf-8") for path in [*files, ROOT / "bot" / "settings.py"])
    assert [name for name in Settings.model_fields if not re.search(rf"(?:settings|self)\.{name}\b", code)] == []


def _as_text(default: object) -> str:
    return str(getattr(default, "get_secret_value", lambda: default)())


@pytest.mark.parametrize("name", PAGES)
def test_each_command_is_one_that_there_is_with_options_that_it_takes(name: str) -> None:
    known, wrong = commands(), []
    for usage in usages(PAGES[name]):
        words, said = usage.split()[1:], set(re.findall(r"--[a-z-]+", usage))
        named = " ".join(words[:2]) if words[0] == "sandbox" else words[0]
        if any(one not in known or said - known[one] for one in named.split("|")):
            wrong.append(usage)
    assert wrong == []


def test_the_readme_shows_each_command_with_each_of_its_options() -> None:
    shown: dict[str, set[str]] = {}
    for names, said in synopsis():
        for name in names:
            shown.setdefault(name, set()).update(said)
    assert shown.keys() == commands().keys()
    missing = {name: sorted(one ^ shown[name]) for name, one in commands().items()}
    assert {name: of for name, of in missing.items() if of} == {}


def test_the_readme_names_each_record_type() -> None:
    (said,) = re.findall(r"`TYPE` is one of `([a-z -]+)`", README.prose)
    assert sorted(said.split()) == sorted(RecordType)


@pytest.mark.parametrize("name", PAGES)
def test_each_word_of_the_slash_command_is_known(name: str) -> None:
    said = {one.split()[1] for one in PAGES[name].ticked if one.startswith("/qbo-sync ")}
    added = {word for block in PAGES[name].blocks for word in re.findall(r"^\+.*`/qbo-sync (\w+)`", block.text, re.M)}
    assert {word for word in said if word.islower()} - {*WORDS, *added} == set()


def test_the_help_shows_each_word_that_the_command_answers() -> None:
    source_of_the_command = (ROOT / "bot" / "slack" / "command.py").read_text(encoding="utf-8")
    assert sorted(re.findall(r'case \("(\w+)",', source_of_the_command)) == sorted(WORDS)


def test_the_readme_and_the_hint_in_slack_show_each_word_of_the_slash_command() -> None:
    (hint,) = re.findall(r'usage_hint: "\[(.+?)\]', (ROOT / "manifest.yml").read_text(encoding="utf-8"))
    assert hint.split(" | ") == list(WORDS)
    assert {one.split()[1] for one in README.ticked if one.startswith("/qbo-sync ")} == set(WORDS)


@pytest.mark.parametrize("name", PAGES)
def test_each_target_of_make_and_each_module_that_is_run_is_there(name: str) -> None:
    makefile, wrong = (ROOT / "Makefile").read_text(encoding="utf-8"), []
    said = [*PAGES[name].ticked]
    said += [line for block in PAGES[name].blocks if block.language == "sh" for line in block.text.splitlines()]
    for usage in said:
        words = shlex.split(usage, comments=True) if usage.startswith(("make ", "python -m ")) else []
        if words[:1] == ["make"]:
            targets = [word for word in words[1:] if "=" not in word]
            variables = [word.partition("=")[0] for word in words[1:] if "=" in word]
            rules = all(re.search(rf"^{re.escape(target)}:", makefile, re.M) for target in targets)
            if not (rules and all(re.search(rf"\b{variable} \?=", makefile) for variable in variables)):
                wrong.append(usage)
        elif words:
            module = ROOT / words[2].replace(".", "/")
            files = [module.with_suffix(".py"), module / "__main__.py"]
            text = "".join(file.read_text(encoding="utf-8") for file in files if file.is_file())
            asked = [word for word in words[3:] if word.startswith("--") or word.islower()]
            if words[2] != "pytest" and (not text or any(word not in text for word in asked)):
                wrong.append(usage)
    assert wrong == []
