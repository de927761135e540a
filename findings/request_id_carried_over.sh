#!/usr/bin/env bash
# python-quickbooks 0.9.12
#
# Seen: save(request_id="first", params=P) writes the request id into P itself. A later save(params=P) that names no
# request id is sent with "first" as well. QuickBooks answers a known id with its first answer, so the second invoice
# is never made, save() raises nothing, and the second object now has the id of the first invoice. An empty P is spared.
#
# Source: read in the installed package's source, quickbooks/client.py (make_request sets minorversion and requestid in
# the dict it was handed). The package's README shows the params argument, with a dict written in the call. How
# QuickBooks answers an id it knows: https://blogs.intuit.com/2015/04/06/15346/ (a stand-in does the same here).
#
# What follows: give every call a dict of its own (params=dict(P)); a shared constant turns two records into one.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check python-quickbooks==0.9.12

"$dir/venv/bin/python" - <<'PY'
import itertools
import json
import sys
from types import SimpleNamespace

from quickbooks import QuickBooks
from quickbooks.objects import Invoice


class Company:
    """Stands in for the HTTP session: one answer per request id, as QuickBooks gives."""

    access_token = "token"

    def __init__(self):
        self.invoices, self.answers, self.ids = {}, {}, itertools.count(1)

    def request(self, method, url, params, data, headers):
        print(f"  sent {json.loads(data)['DocNumber']} with requestid {params.get('requestid')}")
        request_id = params.get("requestid") or object()
        if request_id not in self.answers:
            made = {"Id": str(next(self.ids)), "DocNumber": json.loads(data)["DocNumber"]}
            self.invoices[made["Id"]] = made
            self.answers[request_id] = json.dumps({"Invoice": made})
        return SimpleNamespace(status_code=200, text=self.answers[request_id])


def two_saves(params):
    client = QuickBooks(company_id="1", minorversion=75)
    client.session = company = Company()
    first, second = Invoice(), Invoice()
    first.DocNumber, second.DocNumber = "INV-1", "INV-2"
    first.save(qb=client, request_id="first", params=params())
    second.save(qb=client, params=params())
    numbers = [i["DocNumber"] for i in company.invoices.values()]
    print(f"  ids {first.Id} and {second.Id}; the company holds {numbers}")
    return first.Id, second.Id, numbers


shared = {"include": "allowduplicatedocnum"}
empty = {}
print("a dict for each call:")
apart = two_saves(lambda: dict(shared))
print("one dict for both calls:")
together = two_saves(lambda: shared)
print("one empty dict for both calls:")
spared = two_saves(lambda: empty)
if apart == spared == ("1", "2", ["INV-1", "INV-2"]) and together == ("1", "1", ["INV-1"]):
    print("still so: the request id of one save() goes out with the next")
else:
    sys.exit("no longer so: the request id stays with its own call")
PY
