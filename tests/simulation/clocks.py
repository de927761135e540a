"""The time of a simulation: one for the world, and the product's own, which may be wrong."""

from datetime import UTC, datetime, timedelta

START = datetime(2026, 10, 20, 9, 0, tzinfo=UTC)
TICK = timedelta(milliseconds=1)


class WorldClock:
    """Every look moves it by a millisecond, so that no two events share an instant; waiting takes no time."""

    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> datetime:
        self.time += TICK
        return self.time

    def advance(self, by: timedelta) -> None:
        self.time += by

    def pause(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)

    def monotonic_s(self) -> float:
        return (self() - START).total_seconds()


class ProductClock:
    """What the product's machine shows: the world's time, off by `skew`."""

    def __init__(self, world: WorldClock) -> None:
        self.world, self.skew = world, timedelta()

    def __call__(self) -> datetime:
        return self.world() + self.skew
