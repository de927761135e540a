"""OAuth: discovery, refresh tokens that rotate and are revoked, consent, and intuit-oauth itself."""

from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from intuitlib.client import AuthClient
from intuitlib.enums import Scopes
from intuitlib.exceptions import AuthClientError

from bot.sandbox.quickbooks import connection_details
from tests.patience import PATIENCE_S

REDIRECT = "http://localhost:8000/callback"


@pytest.fixture
def details(sandbox, api):
    return connection_details(sandbox.state, api.realm, sandbox.url)


@pytest.fixture
def refresh(details):
    def post(token=None, headers=None, **form):
        body = {"grant_type": "refresh_token", "refresh_token": token or details["refresh_token"], **form}
        auth = (details["client_id"], details["client_secret"])
        url = f"{details['url']}/oauth2/v1/tokens/bearer"
        return requests.post(url, data=body, auth=auth, headers=headers, timeout=PATIENCE_S)

    return post


def test_the_connection_details_are_all_a_client_needs(details):
    names = ["client_id", "client_secret", "discovery_url", "realm", "refresh_token", "url"]
    assert sorted(details) == names and all(details.values())


@pytest.mark.parametrize("name", ["openid_configuration", "openid_sandbox_configuration"])
def test_the_discovery_document_leads_back_to_the_stand_in(sandbox, name):
    document = requests.get(f"{sandbox.url}/.well-known/{name}/", timeout=PATIENCE_S).json()
    for key in ("authorization_endpoint", "token_endpoint", "revocation_endpoint", "userinfo_endpoint", "jwks_uri"):
        assert document[key].startswith(sandbox.url)
    assert document["issuer"]


def test_a_token_reply_says_how_long_it_lasts(refresh):
    reply = refresh().json()
    assert (reply["token_type"], reply["expires_in"], reply["x_refresh_token_expires_in"]) == ("bearer", 3600, 8726400)
    assert "x_refresh_token_hard_expires_in" not in reply
    hard = refresh(headers={"x-include-refresh-token-hard-expires-in": "true"}).json()
    assert hard["x_refresh_token_hard_expires_in"] == 5 * 365 * 86400


def test_the_refresh_token_stays_for_a_day_and_then_changes(refresh, clock, details):
    clock.advance(hours=23)
    assert refresh().json()["refresh_token"] == details["refresh_token"]
    clock.advance(hours=1)
    assert refresh().json()["refresh_token"] != details["refresh_token"]


def test_the_previous_refresh_token_works_for_a_day_longer(refresh, clock):
    clock.advance(hours=24)
    new = refresh().json()["refresh_token"]
    clock.advance(hours=23)
    assert refresh().json()["refresh_token"] == new


def test_reuse_after_the_grace_revokes_everything(refresh, clock):
    clock.advance(hours=24)
    new = refresh().json()["refresh_token"]
    clock.advance(hours=25)
    again = refresh()
    assert again.status_code == 400 and again.json()["error"] == "invalid_grant"
    assert refresh(new).json() == {"error": "invalid_grant"}


def test_a_value_two_rotations_old_revokes_everything(refresh, clock):
    tokens = []
    for _ in range(2):
        clock.advance(hours=24)
        tokens.append(refresh(tokens[-1] if tokens else None).json()["refresh_token"])
    assert refresh().status_code == 400
    assert refresh(tokens[-1]).status_code == 400


def test_an_unused_refresh_token_dies_after_a_hundred_days(refresh, clock):
    clock.advance(days=99)
    token = refresh().json()["refresh_token"]
    clock.advance(days=101)
    reply = refresh(token)
    assert reply.status_code == 400 and reply.json()["error"] == "invalid_grant"


def test_five_years_are_the_end_however_often_it_was_used(refresh, clock):
    token = refresh().json()["refresh_token"]
    for _ in range(25):
        clock.advance(days=75)
        reply = refresh(token)
        token = reply.json().get("refresh_token", token)
    assert reply.json()["error"] == "invalid_grant"


def test_an_unknown_refresh_token_has_a_grant_error(refresh):
    reply = refresh("RT1-nonsense")
    assert reply.status_code == 400
    assert reply.json() == {"error": "invalid_grant", "error_description": "Incorrect or invalid refresh token"}


def test_a_wrong_secret_is_401(details):
    url = f"{details['url']}/oauth2/v1/tokens/bearer"
    form = {"grant_type": "refresh_token", "refresh_token": details["refresh_token"]}
    reply = requests.post(url, data=form, auth=(details["client_id"], "wrong"), timeout=PATIENCE_S)
    assert (reply.status_code, reply.json()["error"]) == (401, "invalid_client")


def test_another_kind_of_grant_is_refused(refresh):
    assert refresh(grant_type="password").json()["error"] == "unsupported_grant_type"


def client(details, **more):
    return AuthClient(
        details["client_id"], details["client_secret"], REDIRECT, environment=details["discovery_url"], **more
    )


def test_intuit_oauth_refreshes_reads_the_user_and_revokes(details, sandbox):
    auth = client(details)
    auth.refresh(refresh_token=details["refresh_token"])
    assert auth.access_token and auth.expires_in == 3600
    assert auth.get_user_info().json()["email"]
    url = f"{sandbox.url}/v3/company/{details['realm']}/preferences"
    headers = {"Authorization": f"Bearer {auth.access_token}", "Accept": "application/json"}
    assert requests.get(url, headers=headers, timeout=PATIENCE_S).status_code == 200
    assert auth.revoke(token=auth.refresh_token) is True
    assert requests.get(url, headers=headers, timeout=PATIENCE_S).status_code == 401
    with pytest.raises(AuthClientError) as caught:
        auth.refresh()
    assert caught.value.status_code == 400 and caught.value.intuit_tid


def consent(details, realm, **change):
    query = {
        "client_id": details["client_id"],
        "response_type": "code",
        "scope": "com.intuit.quickbooks.accounting",
        "redirect_uri": REDIRECT,
        "state": "s1",
        **change,
    }
    url = f"{details['url']}/connect/oauth2"
    return requests.post(url, params=query, data={"realm": realm}, allow_redirects=False, timeout=PATIENCE_S)


def code_from(reply):
    assert reply.status_code == 302
    return dict(parse_qsl(urlsplit(reply.headers["location"]).query))


def test_consent_sends_back_code_state_and_realm_and_the_code_works_once(details):
    auth = client(details)
    page = requests.get(auth.get_authorization_url([Scopes.ACCOUNTING], "s1"), timeout=PATIENCE_S)
    assert page.status_code == 200 and "Harbour Property" in page.text
    assert page.headers["x-frame-options"] == "DENY"
    answer = code_from(consent(details, details["realm"]))
    assert (answer["state"], answer["realmId"]) == ("s1", details["realm"])
    auth.get_bearer_token(answer["code"], realm_id=answer["realmId"])
    assert auth.refresh_token.startswith("RT1-")
    with pytest.raises(AuthClientError):
        client(details).get_bearer_token(answer["code"])
    with pytest.raises(AuthClientError):
        auth.refresh()


def test_saying_no_sends_back_access_denied(details):
    assert code_from(consent(details, "")) == {"error": "access_denied", "state": "s1"}


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "x"},
        {"redirect_uri": f"{REDIRECT}?a=b"},
        {"redirect_uri": "x"},
        {"scope": "openid"},
        {"state": ""},
    ],
)
def test_a_wrong_request_for_consent_shows_a_page_and_sends_nothing_back(details, change):
    assert consent(details, details["realm"], **change).status_code == 400


def test_a_code_is_bound_to_its_redirect_address(details, refresh):
    code = code_from(consent(details, details["realm"]))["code"]
    reply = refresh(grant_type="authorization_code", code=code, redirect_uri="http://localhost:1/other")
    assert reply.json()["error"] == "invalid_grant"


def test_access_can_be_taken_away_from_outside(api, sandbox):
    sandbox.control("POST", "revoke", {"realm": api.realm})
    assert api.get("preferences").status == 401


def test_the_clock_can_be_moved_by_a_control(api, sandbox):
    sandbox.control("PUT", "clock", {"advance_s": 3600})
    assert api.get("preferences").status == 401
