#!/usr/bin/env bash
# python-quickbooks 0.9.12
#
# Seen: fields nobody set are sent. A new Invoice in euros goes out with "ExchangeRate": 1 and a new Bill with
# "ExchangeRate": 0, though the caller gave only the currency. And an invoice line that QuickBooks returned with an
# Amount alone goes back, untouched by us, with "Qty": 0 and "UnitPrice": 0 beside the Amount of 500. Classes disagree
# with each other: a new Payment sends no rate at all.
#
# Source: read in the installed package's source: quickbooks/objects/invoice.py, bill.py, payment.py and detailline.py
# set the values in their constructors, and to_json in quickbooks/mixins.py leaves out None only, not 0 or "".
#
# What follows: set ExchangeRate to the rate you mean, or to None to keep it out; on a read-change-save round trip look
# at to_json() before you trust it, or send a sparse body of your own with only what changed.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check python-quickbooks==0.9.12

"$dir/venv/bin/python" - <<'PY'
import json
import sys

from quickbooks.objects import Bill, Invoice, Payment
from quickbooks.objects.base import Ref

rates = {}
for cls in (Invoice, Bill, Payment):
    new = cls()
    new.CurrencyRef = Ref()
    new.CurrencyRef.value = "EUR"
    rates[cls.__name__] = json.loads(new.to_json()).get("ExchangeRate", "not sent")
new = Invoice()
new.ExchangeRate = None
rates["Invoice, set to None"] = json.loads(new.to_json()).get("ExchangeRate", "not sent")
print("ExchangeRate of a new record in EUR:", rates)

read = {
    "Id": "145",
    "SyncToken": "2",
    "CustomerRef": {"value": "1"},
    "Line": [
        {
            "Id": "1",
            "LineNum": 1,
            "Amount": 500.0,
            "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": {"ItemRef": {"value": "3"}},
        }
    ],
}
back = json.loads(Invoice.from_json(read).to_json())["Line"][0]
detail = {key: value for key, value in back["SalesItemLineDetail"].items() if key != "ItemRef"}
print("line as read:   Amount 500.0, detail beside ItemRef: {}")
print(f"line sent back: Amount {back['Amount']}, detail beside ItemRef: {detail}")

same_rates = rates == {"Invoice": 1, "Bill": 0, "Payment": "not sent", "Invoice, set to None": "not sent"}
if same_rates and detail.get("Qty") == 0 and detail.get("UnitPrice") == 0 and back["Amount"] == 500:
    print("still so: exchange rates, quantities and prices are sent that nobody set")
else:
    sys.exit("no longer so: what was not set is not sent, or is set to something else")
PY
