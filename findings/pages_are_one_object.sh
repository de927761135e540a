#!/usr/bin/env bash
# slack_sdk 3.48.0
#
# Seen: iterating over a response fetches the further pages, and every step hands out the same object, filled anew. Used
# one by one the pages are right. list(response) gives as many references to that one object as there are pages, all
# showing the last page: the right number of pages, the wrong people. After a loop response["members"] is the last page
# as well, no longer the first.
#
# Source: read in the installed package's source, slack_sdk/web/slack_response.py (__next__ returns self). That a second
# loop starts again at the first page was put right in https://github.com/slackapi/python-slack-sdk/pull/521
#
# What follows: take what you need from a page before asking for the next, or keep page.data, which is a new dict for
# each page.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check slack_sdk==3.48.0

"$dir/venv/bin/python" - <<'PY'
import http.server
import json
import sys
import threading
from urllib.parse import parse_qs

from slack_sdk import WebClient

PAGES = [["ann", "bob"], ["cleo", "dan"], ["eve"]]


class Slack(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        given = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        at = int(given.get("cursor", ["0"])[0])
        following = str(at + 1) if at + 1 < len(PAGES) else ""
        page = {"ok": True, "members": PAGES[at], "response_metadata": {"next_cursor": following}}
        body = json.dumps(page).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Slack)
threading.Thread(target=server.serve_forever, daemon=True).start()
client = WebClient(token="token", base_url=f"http://127.0.0.1:{server.server_port}/api/")

response = client.users_list(limit=2)
before = response["members"]
one_by_one = [page["members"] for page in response]
after = response["members"]
kept = [page["members"] for page in list(client.users_list(limit=2))]
data = [page["members"] for page in [page.data for page in client.users_list(limit=2)]]
server.shutdown()
print("one by one:     ", one_by_one)
print("list(response): ", kept)
print("page.data kept: ", data)
print("the response before a loop:", before, "and after:", after)

if one_by_one == data == PAGES and kept == [PAGES[-1]] * 3 and [before, after] == [PAGES[0], PAGES[-1]]:
    print("still so: a list of pages is the last page, three times")
else:
    sys.exit("no longer so: a list of pages holds the pages")
PY
