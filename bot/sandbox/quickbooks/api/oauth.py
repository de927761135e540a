"""Intuit's OAuth 2 server: codes, one-hour access tokens, refresh tokens whose value changes daily.

https://developer.intuit.com/app/developer/qbo/docs/develop/authentication-and-authorization/oauth-2.0
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from bot.sandbox.http.exchange import Request, Response, json_response
from bot.sandbox.quickbooks.books.wire import NotJson, parse_json

ACCESS_TIME = timedelta(hours=1)
ROTATION = timedelta(hours=24)
GRACE = timedelta(hours=24)
"""How long the previous refresh token still works after a new one was issued."""
REFRESH_TIME = timedelta(days=100)
REFRESH_EXPIRES_IN_S = 8_726_400
"""What Intuit says in the reply, which is 101 days."""
HARD_LIMIT = timedelta(days=5 * 365)
CODE_TIME = timedelta(minutes=10)

WRONG_TOKEN = "Incorrect or invalid refresh token"


class OAuthRefusal(Exception):
    def __init__(self, status: int, error: str, description: str = "") -> None:
        super().__init__(error)
        self.status, self.error, self.description = status, error, description


@dataclass
class Grant:
    """One consent to one company. `older` are refresh tokens whose reuse means that they leaked."""

    realm: str
    granted_at: datetime
    current: str
    issued_at: datetime
    used_at: datetime
    previous: str = ""
    older: set[str] = field(default_factory=set)
    revoked: bool = False


@dataclass
class Code:
    realm: str
    redirect_uri: str
    issued_at: datetime
    grant: Grant | None = None


@dataclass
class OAuthServer:
    ids: Random
    client_id: str
    client_secret: str
    grants: list[Grant] = field(default_factory=list)
    codes: dict[str, Code] = field(default_factory=dict)
    access: dict[str, tuple[Grant, datetime]] = field(default_factory=dict)
    """Access tokens with the time they end."""
    redirect_uris: set[str] | None = None
    """The registered ones; None accepts any."""

    def new_grant(self, realm: str, now: datetime) -> Grant:
        grant = Grant(realm, now, self._refresh_token(), now, now)
        self.grants.append(grant)
        return grant

    def new_code(self, realm: str, redirect_uri: str, now: datetime) -> str:
        code = f"AB{self.ids.getrandbits(192):048x}"
        self.codes[code] = Code(realm, redirect_uri, now)
        return code

    def access_token(self, grant: Grant, now: datetime) -> str:
        token = f"eyJ{self.ids.getrandbits(256):064x}"
        self.access = {known: value for known, value in self.access.items() if value[1] > now}
        self.access[token] = (grant, now + ACCESS_TIME)
        return token

    def realm_of(self, authorization: str, now: datetime) -> str | None:
        """The company an Authorization header opens, or None if it opens nothing."""
        scheme, _, token = authorization.partition(" ")
        grant, ends = self.access.get(token.strip(), (None, now))
        if scheme.lower() != "bearer" or grant is None or ends <= now or grant.revoked:
            return None
        return grant.realm

    def check_redirect(self, client_id: str, redirect_uri: str) -> str:
        """What is wrong with a request for consent, or an empty text. The address must match exactly."""
        if client_id != self.client_id:
            return "The client_id is not known."
        if self.redirect_uris is not None and redirect_uri not in self.redirect_uris:
            return "The redirect_uri query parameter value is invalid."
        if not redirect_uri.startswith(("http://", "https://")) or urlsplit(redirect_uri).query:
            return "The redirect_uri must be an address without query parameters."
        return ""

    def handle(self, request: Request, now: datetime) -> Response:
        try:
            match request.method, request.path.rstrip("/"):
                case "POST", "/oauth2/v1/tokens/bearer":
                    return json_response(200, self._token(request, now))
                case "POST", "/v2/oauth2/tokens/revoke":
                    return self._revoke(request)
                case "GET", "/v1/openid_connect/userinfo":
                    return self._user(request, now)
                case "GET", "/op/v1/jwks":
                    return json_response(200, {"keys": []})
        except OAuthRefusal as refusal:
            body = {"error": refusal.error, "error_description": refusal.description}
            return json_response(refusal.status, {key: value for key, value in body.items() if value})
        return json_response(404, {"error": "no such path"})

    def _token(self, request: Request, now: datetime) -> dict[str, Any]:
        self._check_client(request)
        form = _parameters(request)
        match form.get("grant_type"):
            case "refresh_token":
                grant = self._refreshed(form.get("refresh_token", ""), now)
            case "authorization_code":
                grant = self._exchanged(form, now)
            case None:
                raise OAuthRefusal(400, "invalid_request")
            case _:
                raise OAuthRefusal(400, "unsupported_grant_type")
        reply = {
            "token_type": "bearer",
            "access_token": self.access_token(grant, now),
            "expires_in": int(ACCESS_TIME.total_seconds()),
            "refresh_token": grant.current,
            "x_refresh_token_expires_in": REFRESH_EXPIRES_IN_S,
        }
        if request.headers.get("x-include-refresh-token-hard-expires-in", "").lower() == "true":
            left = grant.granted_at + HARD_LIMIT - now
            reply["x_refresh_token_hard_expires_in"] = int(left.total_seconds())
        return reply

    def _refreshed(self, token: str, now: datetime) -> Grant:
        """Finds the grant of a refresh token and moves it on. A value older than the previous one revokes it."""
        grant = self._grant_of(token)
        if grant is None:
            raise OAuthRefusal(400, "invalid_grant", WRONG_TOKEN)
        if grant.revoked:
            raise OAuthRefusal(400, "invalid_grant")
        if now - grant.used_at > REFRESH_TIME or now - grant.granted_at > HARD_LIMIT:
            raise OAuthRefusal(400, "invalid_grant", "Token invalid")
        if token in grant.older or (token == grant.previous and now - grant.issued_at > GRACE):
            grant.revoked = True
            raise OAuthRefusal(400, "invalid_grant", "Token invalid")
        if token == grant.current and now - grant.issued_at >= ROTATION:
            if grant.previous:
                grant.older.add(grant.previous)
            grant.previous, grant.current, grant.issued_at = grant.current, self._refresh_token(), now
        grant.used_at = now
        return grant

    def _exchanged(self, form: Mapping[str, str], now: datetime) -> Grant:
        code = self.codes.get(form.get("code", ""))
        if code is None or now - code.issued_at > CODE_TIME or form.get("redirect_uri") != code.redirect_uri:
            raise OAuthRefusal(400, "invalid_grant", "Invalid authorization code")
        if code.grant is not None:
            code.grant.revoked = True
            raise OAuthRefusal(400, "invalid_grant", "Invalid authorization code")
        code.grant = self.new_grant(code.realm, now)
        return code.grant

    def _revoke(self, request: Request) -> Response:
        self._check_client(request)
        token = _parameters(request).get("token", "")
        grant = self.access[token][0] if token in self.access else self._grant_of(token)
        if grant is None:
            raise OAuthRefusal(400, "invalid_request", "Invalid token")
        grant.revoked = True
        return Response(200)

    def _user(self, request: Request, now: datetime) -> Response:
        if self.realm_of(request.headers.get("authorization", ""), now) is None:
            raise OAuthRefusal(401, "invalid_token")
        user = {"sub": "d3c1f0aa-sandbox", "email": "bookkeeper@example.com", "emailVerified": True}
        return json_response(200, {**user, "givenName": "Sandbox", "familyName": "Bookkeeper"})

    def _grant_of(self, token: str) -> Grant | None:
        if not token:
            return None
        return next((one for one in self.grants if token in (one.current, one.previous) or token in one.older), None)

    def _check_client(self, request: Request) -> None:
        scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
        try:
            given = base64.b64decode(encoded, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            given = ""
        if scheme.lower() != "basic" or given != f"{self.client_id}:{self.client_secret}":
            raise OAuthRefusal(401, "invalid_client")

    def _refresh_token(self) -> str:
        return f"RT1-{self.ids.getrandbits(160):040x}"


def _parameters(request: Request) -> dict[str, str]:
    """Of a form, or of JSON, which the revoke call uses too."""
    if "json" not in request.headers.get("content-type", ""):
        return dict(parse_qsl(request.body.decode("utf-8", "replace")))
    try:
        value = parse_json(request.body)
    except NotJson:
        raise OAuthRefusal(400, "invalid_request") from None
    return {key: str(item) for key, item in value.items()} if isinstance(value, dict) else {}


def discovery_document(base_url: str) -> dict[str, Any]:
    return {
        "issuer": "https://oauth.platform.intuit.com/op/v1",
        "authorization_endpoint": f"{base_url}/connect/oauth2",
        "token_endpoint": f"{base_url}/oauth2/v1/tokens/bearer",
        "userinfo_endpoint": f"{base_url}/v1/openid_connect/userinfo",
        "revocation_endpoint": f"{base_url}/v2/oauth2/tokens/revoke",
        "jwks_uri": f"{base_url}/op/v1/jwks",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "email", "profile", "address", "phone", "com.intuit.quickbooks.accounting"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "claims_supported": ["aud", "exp", "iat", "iss", "realmid", "sub"],
    }
