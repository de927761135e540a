"""A Markdown page in parts: its headings, fenced blocks with what stands around them, links, words in back-ticks."""

import re
from dataclasses import dataclass

FENCE = re.compile(r"^ *```(.*)$")
HEADING = re.compile(r"^#{1,6} (.+)$")
REMARK = re.compile(r"^<!-- *(.+?) *-->$", re.S)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FILE = re.compile(r"[\w./-]*\.\w+")
TICKED = re.compile(r"`([^`\n]+(?:\n[^`\n]+)?)`")


@dataclass(frozen=True)
class Block:
    """A fenced block. `line` is that of its opening fence, from 1; `heading` that of the section it stands in.

    `lead` is the paragraph before it and `after` the one behind it, `remark` an HTML comment right before it; each ""
    where there is none.
    """

    language: str
    text: str
    line: int
    heading: str
    lead: str
    remark: str
    after: str


@dataclass(frozen=True)
class Page:
    """`prose` is all that stands outside the fences, with as many lines as the page."""

    prose: str
    headings: tuple[str, ...]
    blocks: tuple[Block, ...]

    @property
    def links(self) -> tuple[str, ...]:
        return tuple(LINK.findall(self.prose))

    @property
    def ticked(self) -> tuple[str, ...]:
        return tuple(" ".join(found.split()) for found in TICKED.findall(self.prose))

    @property
    def anchors(self) -> tuple[str, ...]:
        """As GitHub makes them of headings; a heading that comes again gets a number."""
        seen: dict[str, int] = {}
        found = []
        for slug in map(_slug, self.headings):
            found.append(f"{slug}-{seen[slug]}" if slug in seen else slug)
            seen[slug] = seen.get(slug, 0) + 1
        return tuple(found)


def read(text: str) -> Page:
    """Raises ValueError for a fence that is never closed."""
    prose: list[str] = []
    fenced: list[tuple[int, str, str]] = []
    opened: tuple[int, str] | None = None
    inside: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        fence = FENCE.match(line)
        prose.append("" if fence or opened else line)
        if fence and opened is None:
            opened, inside = (number, fence[1].strip()), []
        elif fence and opened is not None:
            fenced.append((*opened, "\n".join(inside) + "\n"))
            opened = None
        elif opened is not None:
            inside.append(line)
    if opened is not None:
        raise ValueError(f"the block that begins in line {opened[0]} has no end")
    headings = tuple(found[1] for line in prose if (found := HEADING.match(line)))
    return Page("\n".join(prose) + "\n", headings, tuple(_block(prose, *one) for one in fenced))


def target(block: Block) -> str:
    """The file that a block is to be written to: the last path in the paragraph before it; "" = none."""
    paths = [said for said in TICKED.findall(block.lead) if FILE.fullmatch(said)]
    return paths[-1] if paths else ""


def _block(prose: list[str], line: int, language: str, text: str) -> Block:
    before = _paragraphs(prose[: line - 1])
    remark = REMARK.match(before[-1]) if before else None
    rest = before[:-1] if remark else before
    headings = [found[1] for one in rest if (found := HEADING.match(one))]
    after = _paragraphs(prose[line + len(text.splitlines()) + 1 :])
    return Block(
        language=language,
        text=text,
        line=line,
        heading=headings[-1] if headings else "",
        lead=rest[-1] if rest else "",
        remark=" ".join(remark[1].split()) if remark else "",
        after=after[0] if after else "",
    )


def _paragraphs(lines: list[str]) -> list[str]:
    return [part.strip("\n") for part in re.split(r"\n{2,}|(?<=-->)\n", "\n".join(lines)) if part.strip()]


def _slug(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
