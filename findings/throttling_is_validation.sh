#!/usr/bin/env bash
# python-quickbooks 0.9.12
#
# Seen: the class of an exception follows ranges of error codes that do not fit QuickBooks' own kinds. Being throttled
# (3001) raises ValidationException. What QuickBooks itself calls a ValidationFault does not: a business rule (6000), a
# name (6240) or document number (6140) that exists already and a stale SyncToken (5010) raise only the base class,
# because no range covers 5000 to 9999. A throttled reply in XML, which happens too, is the base class with code 10000,
# "Error reading json response", so the two shapes of one event have neither class nor code in common.
#
# Source: read in the installed package's source, quickbooks/client.py (handle_exceptions) and quickbooks/exceptions.py;
# codes: https://developer.intuit.com/app/developer/qbo/docs/develop/troubleshooting/error-codes; the XML shape:
# https://github.com/routablehq/python-quickbooks/issues/43
#
# What follows: "except ValidationException: tell the person" gives up on records that only had to wait, and lets the
# commonest mistakes of people past. Decide by error_code, and look into the text of code 10000 for ThrottleExceeded.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check python-quickbooks==0.9.12

"$dir/venv/bin/python" - <<'PY'
import json
import sys
from types import SimpleNamespace

from quickbooks import QuickBooks
from quickbooks.exceptions import QuickbooksException


def fault(code, kind):
    return json.dumps({"Fault": {"Error": [{"Message": "m", "Detail": "d", "code": code}], "type": kind}})


THROTTLED_XML = (
    '<?xml version="1.0"?><IntuitResponse><Fault type="SERVICE"><Error code="3001">'
    "<Message>message=ThrottleExceeded; errorCode=003001; statusCode=429</Message></Error></Fault></IntuitResponse>"
)
REPLIES = {
    "throttled, JSON": (429, fault("3001", "SERVICE")),
    "throttled, XML": (429, THROTTLED_XML),
    "required field missing": (400, fault("2020", "ValidationFault")),
    "stale SyncToken": (400, fault("5010", "ValidationFault")),
    "business rule": (400, fault("6000", "ValidationFault")),
    "document number exists": (400, fault("6140", "ValidationFault")),
    "name exists": (400, fault("6240", "ValidationFault")),
}

seen = {}
for what, (status, body) in REPLIES.items():
    client = QuickBooks(company_id="1", minorversion=75)
    reply = SimpleNamespace(status_code=status, text=body)
    client.session = SimpleNamespace(access_token="token", request=lambda *a, reply=reply, **k: reply)
    try:
        client.create_object("Customer", "{}")
    except QuickbooksException as error:
        seen[what] = type(error).__name__, error.error_code
    print(f"{what:24} {seen.get(what)}")

if seen == {
    "throttled, JSON": ("ValidationException", 3001),
    "throttled, XML": ("QuickbooksException", 10000),
    "required field missing": ("ValidationException", 2020),
    "stale SyncToken": ("QuickbooksException", 5010),
    "business rule": ("QuickbooksException", 6000),
    "document number exists": ("QuickbooksException", 6140),
    "name exists": ("QuickbooksException", 6240),
}:
    print("still so: throttling is a ValidationException, four validation faults are not")
else:
    sys.exit("no longer so: the classes have changed")
PY
