"""Runs calls at the same time, a few at once; with one writer in order, on the calling thread, without any other."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import TypeVar

T = TypeVar("T")
V = TypeVar("V")


class WorkerPool:
    """`writers` calls at once. With one, a call is over when `submit` returns, and what it raises comes out there."""

    def __init__(self, writers: int, name: str) -> None:
        self._pool = ThreadPoolExecutor(writers, name) if writers > 1 else None

    def submit(self, call: Callable[[V], T], value: V) -> Future[T]:
        if self._pool is not None:
            return self._pool.submit(call, value)
        done: Future[T] = Future()
        done.set_result(call(value))
        return done

    def __enter__(self) -> "WorkerPool":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True)


def map_concurrently(writers: int, call: Callable[[V], T], values: Sequence[V]) -> list[T]:
    """The answers in the order of the values."""
    with WorkerPool(min(writers, len(values)), "map") as pool:
        return [future.result() for future in [pool.submit(call, value) for value in values]]
