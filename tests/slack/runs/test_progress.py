"""Live progress: how far, how fast, how long still; edited within Slack's limits however many runs go on."""

from dataclasses import replace
from datetime import timedelta

from blocks.runs.run import Pace, living
from bot.core.runs import Flag, Progress, RunState, Trigger
from bot.slack.runs.progress import ProgressMeter
from tests.blocks import samples
from tests.rarely import edge
from tests.slack.conftest import Bot, Start

RUNNING = samples.run(state=RunState.RUNNING, flag=None, finished_at=None)


def at(done: int, phase: str = "invoices", total: int = 151) -> object:
    return replace(RUNNING, progress=Progress(phase, done, total))


def test_the_rate_is_measured_within_a_phase() -> None:
    meter, start = ProgressMeter(), samples.NOW
    assert meter.pace(at(10), start) is None  # type: ignore[arg-type]
    assert meter.pace(at(20), start + timedelta(seconds=1)) is None  # type: ignore[arg-type]
    assert meter.pace(at(50), start + timedelta(seconds=4)) == Pace(10.0, 10.1)  # type: ignore[arg-type]
    assert meter.pace(at(0, "payments"), start + timedelta(seconds=5)) is None  # type: ignore[arg-type]
    assert meter.pace(at(5, "payments", 0), start + timedelta(seconds=9)) is None  # type: ignore[arg-type]


def test_it_says_rate_and_time_left_coarsely() -> None:
    run = replace(RUNNING, progress=Progress("invoices", 84, 151))
    assert "invoices 84 of 151 · 12 a second · about 20 s left" in living(run, Pace(12.2, 17.0)).text
    assert "30 a minute · about 2 min 30 s left" in living(run, Pace(0.5, 134)).text
    assert "about 2 h left" in living(run, Pace(1, 7190)).text


def test_a_living_message_tells_the_pace_and_ends_in_its_flag(bot: Bot) -> None:
    bot.slack.command("sync")
    message = bot.said("waiting to start", user="@ben")
    for done in (0, 40, 80):
        bot.store.change_run("run-1", state=RunState.RUNNING, progress=Progress("invoices", done, 160))
        bot.tick(seconds=4)
    bot.after(message, "invoices 80 of 160 · 10 a second · about 10 s left")
    bot.store.finish("run-1", Flag.BLUE)
    bot.tick()
    assert "left" not in bot.after(message, "🔵 Blue")["text"]


@edge
def test_many_runs_at_once_share_what_slack_allows(start: Start) -> None:
    bot = start(companies=8)
    for company in bot.desk.companies.all():
        run, _ = bot.desk.runs.request(company.id, "U0ANA", Trigger.PERSON)
        bot.store.change_run(run.run_id, state=RunState.RUNNING)
    bot.slack.state.rate_limits.enabled = False
    bot.tick(seconds=12)
    before = len(bot.slack.calls("chat.update"))
    for done in range(60):
        for run in bot.store.runs():
            bot.store.change_run(run.run_id, progress=Progress("invoices", done, 200))
        bot.tick(seconds=1)
    assert 20 <= len(bot.slack.calls("chat.update")) - before <= 45
