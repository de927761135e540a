"""One refresher of a realm across processes: QuickBooks revokes a grant whose refresh token comes a second time."""

import multiprocessing
from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import SecretStr

from bot.app import build, first_tokens
from bot.core.faults import ApiError
from bot.settings import Settings
from tests.patience import PATIENCE_S
from tests.sync.world import REALM, World

PROCESSES = 3
UNAUTHORISED = {
    "kind": "reply",
    "status": 401,
    "body": {"fault": {"error": [{"code": "3200", "message": "errorCode=003200; statusCode=401"}]}},
}


def ask(told: Mapping[str, str], start: Any, said: Any) -> None:
    """In a process of its own: a token, asked for at the same moment as by all others."""
    secret = {name: SecretStr(told[name]) for name in ("qbo_client_secret", "released_api_key")}
    app = build(Settings(_env_file=None, **{**told, **secret}))  # type: ignore[call-arg, arg-type]
    start.wait(60)
    try:
        said.put(app.tokens(REALM).access_token(""))
    except ApiError as error:
        said.put(error.fault.code)
    app.close()


def ask_at_once(world: World) -> list[str]:
    context = multiprocessing.get_context("forkserver")  # the code is read once for all of them
    context.set_forkserver_preload(["tests.sync.world"])
    told = {name.lower(): value for name, value in world.environment().items()}
    start, said = context.Barrier(PROCESSES), context.Queue()
    processes = [context.Process(target=ask, args=(told, start, said)) for _ in range(PROCESSES)]
    for process in processes:
        process.start()
    answers = [said.get(timeout=90) for _ in processes]
    for process in processes:
        process.join(PATIENCE_S)
    return answers


def test_processes_that_need_a_token_at_once_renew_it_once(paired: World) -> None:
    paired.app.vault.save(REALM, first_tokens(paired.state.refresh_token(REALM)))
    calls = paired.token_calls()
    tokens = ask_at_once(paired)
    assert calls() == 1 and len(set(tokens)) == 1
    assert not any(grant.revoked for grant in paired.state.oauth.grants)
    assert paired.app.vault.load(REALM).access_token == tokens[0]
    paired.app.close()
    paired.app = paired.new_app()
    paired.sync_blue()


def test_a_dead_grant_costs_each_process_one_call_and_never_a_loop(paired: World) -> None:
    paired.app.vault.save(REALM, first_tokens(paired.state.refresh_token(REALM)))
    for grant in paired.state.oauth.grants:
        grant.revoked = True
    calls = paired.token_calls()
    assert ask_at_once(paired) == ["invalid_grant"] * PROCESSES
    assert calls() == PROCESSES


@pytest.mark.parametrize("code", ["invalid_grant", "3200"])
def test_a_connection_that_is_dead_asks_for_reconnecting_and_one_that_fails_for_a_moment_does_not(
    paired: World, code: str
) -> None:
    if code == "3200":
        paired.quickbooks_knobs.add({"match": {"path": "/v3/company"}, "effect": UNAUTHORISED, "times": None})
    else:
        paired.app.vault.save(REALM, first_tokens(paired.state.refresh_token(REALM)))
        for grant in paired.state.oauth.grants:
            grant.revoked = True
    assert "reconnect" in paired.sync().could_not_run.casefold()
    assert paired.company().needs_reconnect


def test_an_outage_asks_nobody_to_reconnect(paired: World) -> None:
    down = {"kind": "reply", "status": 503, "body": "<html>503</html>"}
    paired.quickbooks_knobs.add({"match": {"path": "/v3/company"}, "effect": down, "times": None})
    assert paired.sync().could_not_run and not paired.company().needs_reconnect
