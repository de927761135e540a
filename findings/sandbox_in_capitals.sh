#!/usr/bin/env bash
# intuit-oauth 1.2.6 with python-quickbooks 0.9.12, which requires exactly that version
#
# Seen: the two packages read the environment's name by different rules. intuit-oauth ignores upper and lower case and
# knows short forms, so "Sandbox" and "sand" fetch the sandbox's discovery document and "Prod" the production one.
# python-quickbooks compares with "sandbox" to the letter and takes anything else for production. After
# AuthClient(environment="Sandbox") the sign-in is set up from the sandbox's document and calls go to production.
#
# Source: read in the installed packages' source, intuitlib/utils.py (get_discovery_doc) and quickbooks/client.py
# (__new__). The script serves two small discovery documents on this computer instead of Intuit's.
#
# What follows: bring the name to "sandbox" or "production" before AuthClient sees it, and check client.sandbox once the
# client is built; nothing is raised on the way.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check intuit-oauth==1.2.6 python-quickbooks==0.9.12

"$dir/venv/bin/python" - <<'PY'
import http.server
import json
import sys
import threading

from intuitlib.client import AuthClient
from intuitlib.config import DISCOVERY_URL
from quickbooks import QuickBooks

FIELDS = (
    "authorization_endpoint token_endpoint revocation_endpoint issuer jwks_uri userinfo_endpoint"
).split()


class Discovery(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps(dict.fromkeys(FIELDS, self.path.strip("/"))).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Discovery)
threading.Thread(target=server.serve_forever, daemon=True).start()
for name in ("sandbox", "production"):
    DISCOVERY_URL[name] = f"http://127.0.0.1:{server.server_port}/{name}"

seen = {}
for name in ("sandbox", "Sandbox", "sand", "production", "Prod"):
    auth = AuthClient("id", "secret", "https://example.com/back", name, access_token="token", refresh_token="token")
    client = QuickBooks(auth_client=auth, company_id="1", minorversion=75)
    calls = "sandbox" if client.api_url == QuickBooks.sandbox_api_url_v3 else "production"
    seen[name] = auth.token_endpoint, calls
    print(f"environment={name!r:13} discovery document: {auth.token_endpoint:11} address of calls: {calls}")
server.shutdown()

if seen == {
    "sandbox": ("sandbox", "sandbox"),
    "Sandbox": ("sandbox", "production"),
    "sand": ("sandbox", "production"),
    "production": ("production", "production"),
    "Prod": ("production", "production"),
}:
    print("still so: 'Sandbox' and 'sand' sign in for the sandbox and call production")
else:
    sys.exit("no longer so: both packages agree on the environment")
PY
