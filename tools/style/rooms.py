"""The folders as rooms: how many files each holds, which use which, and whether some use each other in a circle."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from tools.style.arrows import between_modules, circles, floors
from tools.style.project import Module, Project


@dataclass(frozen=True)
class Room:
    """A folder with its own files, those of inner folders apart; `needs` are the rooms that its files import from."""

    name: str
    files: int
    needs: frozenset[str]
    needed_by: int
    floor: int


@dataclass(frozen=True)
class House:
    rooms: tuple[Room, ...]
    circles: tuple[frozenset[str], ...]

    @property
    def arrows(self) -> int:
        """Each ordered pair of rooms once."""
        return sum(len(room.needs) for room in self.rooms)

    @property
    def upward(self) -> int:
        """Those that end on the floor where they began, in a circle: without a circle all can point down."""
        return sum(len(room.needs & circle) for circle in self.circles for room in self.rooms if room.name in circle)

    @property
    def floors(self) -> int:
        return max((room.floor for room in self.rooms), default=0)

    @property
    def fullest(self) -> Room | None:
        return max(self.rooms, key=lambda room: room.files, default=None)


def house(modules: Iterable[Module]) -> House:
    """An empty file is in no room, and an arrow to or from a module that is not among these is none."""
    filled = [module for module in modules if module.text.strip()]
    programs = {module.package for module in filled if module.path.name == "__main__.py" and "." not in module.package}
    room_of = {module.name: _room(module, programs) for module in filled}
    needs: dict[str, set[str]] = {room: set() for room in sorted(room_of.values())}
    for name, imported in between_modules(filled).items():
        needs[room_of[name]] |= {room_of[one] for one in imported} - {room_of[name]}
    arrows = {room: frozenset(needed) for room, needed in needs.items()}
    files, floor = Counter(room_of.values()), floors(arrows)
    needed_by = Counter(needed for needs_of_one in arrows.values() for needed in needs_of_one)
    rooms = tuple(Room(room, files[room], arrows[room], needed_by[room], floor[room]) for room in arrows)
    return House(rooms, tuple(circles(arrows)))


def _room(module: Module, programs: set[str]) -> str:
    """What lies loose in a program's own folder is what puts the rest together: each such file is a room."""
    return str(module.path if module.package in programs else module.path.parent)


def table(project: Project) -> str:
    """Every room of the source, the highest first."""
    whole = house(project.source)
    ordered = sorted(whole.rooms, key=lambda room: (-room.floor, room.name))
    rows = [
        f"| `{room.name}` | {room.files} | {len(room.needs)} | {room.needed_by} | {room.floor} |" for room in ordered
    ]
    head = ["| room | files | rooms it uses | rooms that use it | floor |", "|---|---|---|---|---|"]
    circle = [f"In a circle: {', '.join(f'`{name}`' for name in sorted(names))}." for names in whole.circles]
    return "\n".join([*head, *rows, "", summary(whole) + ".", *circle])


def summary(of: House) -> str:
    return (
        f"{len(of.rooms)} rooms on {of.floors} floors, {of.arrows} arrows, "
        f"{of.upward} upwards, {len(of.circles)} cycles"
    )
