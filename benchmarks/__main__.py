"""`python -m benchmarks first-load`, `… edits` and `… memory`: each figure beside what it is held to."""

from typing import Annotated

import typer

from benchmarks.first_load import Load, first_load
from benchmarks.memory import FirstSync, Mode, first_sync
from benchmarks.standing import Standing, ten_edits

MOST_CALLS_A_RECORD = 0.04
LEAST_SHARE = 0.9
FEW, MANY = 1_000, 100_000
MOST_TIMES = 2.0
FEW_AT_FIRST = 3_000
MOST_TIMES_MEMORY = 1.25

cli = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@cli.command("first-load")
def first_loads(
    invoices: Annotated[
        int, typer.Option(min=1_250, help="Of the first load; each 1,200 take about a minute.")
    ] = 3_000,
    mode: Annotated[str, typer.Option(help="batches, mixed or both")] = "both",
) -> None:
    """Exit 1 when a figure is not what it is held to."""
    modes = ["batches", "mixed"] if mode == "both" else [mode]
    loads = [_told(first_load(one, invoices)) for one in modes]
    raise typer.Exit(0 if all(map(_is_good, loads)) else 1)


def _told(load: Load) -> Load:
    typer.echo(
        f"first load, {load.mode}: {load.records} records, invoices in {load.seconds:.0f} s; "
        f"{load.rate:.1f} records/s of {load.allowed:.1f} allowed = {load.share:.0%} (at least {LEAST_SHARE:.0%}); "
        f"{load.calls_per_record:.3f} calls a record"
        f"{f' (at most {MOST_CALLS_A_RECORD})' if load.mode == 'batches' else ''}; {load.throttled} times 429 (none)"
    )
    return load


def _is_good(load: Load) -> bool:
    few_calls = load.mode != "batches" or load.calls_per_record <= MOST_CALLS_A_RECORD
    return load.share >= LEAST_SHARE and few_calls and load.throttled == 0


@cli.command("edits")
def edits() -> None:
    """Ten edits on each side of a company with few and with many linked records. Exit 1 when many cost more."""
    few, many = (_stands(ten_edits(linked)) for linked in (FEW, MANY))
    typer.echo(f"{many.seconds / few.seconds:.2f} times as long (at most {MOST_TIMES})")
    raise typer.Exit(0 if many.calls == few.calls and many.seconds <= MOST_TIMES * few.seconds else 1)


def _stands(standing: Standing) -> Standing:
    typer.echo(
        f"ten edits on each side, {standing.linked:,} linked records: {standing.calls} calls, "
        f"{standing.seconds:.2f} s; {standing.peak_mib:.0f} MiB at most"
    )
    return standing


@cli.command("memory")
def memory(
    adopts: Annotated[int, typer.Option(min=FEW_AT_FIRST, help="Pairs that both sides hold already.")] = 100_000,
    creates: Annotated[int, typer.Option(min=FEW_AT_FIRST, help="Invoices of a new company.")] = 30_000,
) -> None:
    """The peak memory of a first sync of 3,000 invoices, and of one of many. Exit 1 when many take more."""
    times = [_times_the_memory(mode, many) for mode, many in ((Mode.ADOPTS, adopts), (Mode.CREATES, creates))]
    raise typer.Exit(0 if all(one <= MOST_TIMES_MEMORY for one in times) else 1)


def _times_the_memory(mode: Mode, invoices: int) -> float:
    few, many = (_syncs(first_sync(mode, number)) for number in (FEW_AT_FIRST, invoices))
    times = many.peak_mib / few.peak_mib
    typer.echo(f"{times:.2f} times the memory (at most {MOST_TIMES_MEMORY})")
    return times


def _syncs(one: FirstSync) -> FirstSync:
    typer.echo(
        f"first sync that {one.mode} {one.records:,} records: {one.peak_mib:.0f} MiB at most, {one.seconds:.0f} s"
    )
    return one


if __name__ == "__main__":
    cli()
