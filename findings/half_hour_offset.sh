#!/usr/bin/env bash
# ofxparse 0.21 and ofxtools 1.1.1, two readers of OFX, the format inside the .qbo bank files that QuickBooks imports
#
# Seen: for an offset that is not a whole hour the two give different moments, in both spellings. [+5.50:IST] is five
# hours and a half to ofxparse and five hours and fifty minutes to ofxtools; [+5.30:IST] is five hours and eighteen
# minutes to ofxparse and five and a half hours to ofxtools. Neither warns. Whole hours agree. So neither spelling of
# India's time is half past five to both, and a payment near midnight changes its day.
#
# Source: read in the installed packages' source, ofxparse/ofxparse.py (parseOfxDateTime) and ofxtools/Types.py
# (_parse_gmt_offset); the doubt about the specification: https://github.com/csingley/ofxtools/pull/115
#
# What follows: take the day from the first eight digits of DTPOSTED, the bank's own date, rather than from either
# reader's datetime; write whole hours or no offset when you make such a file; do not mix the readers over one ledger.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check ofxparse==0.21 ofxtools==1.1.1

"$dir/venv/bin/python" -W ignore - <<'PY'
import io
import sys

from ofxparse import OfxParser
from ofxtools.Parser import OFXTree

HEADER = (
    "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nSECURITY:NONE\nENCODING:USASCII\nCHARSET:1252\n"
    "COMPRESSION:NONE\nOLDFILEUID:NONE\nNEWFILEUID:NONE\n\n"
)
STATEMENT = (
    "<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS><DTSERVER>20260301<LANGUAGE>ENG</SONRS>"
    "</SIGNONMSGSRSV1><BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS><STMTRS><CURDEF>USD"
    "<BANKACCTFROM><BANKID>1<ACCTID>2<ACCTTYPE>CHECKING</BANKACCTFROM><BANKTRANLIST><DTSTART>20260301<DTEND>20260302"
    "<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>{when}<TRNAMT>500.00<FITID>7<NAME>Rent</STMTTRN></BANKTRANLIST>"
    "<LEDGERBAL><BALAMT>500.00<DTASOF>20260302</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"
)

seen = {}
for offset in ("[+5:PKT]", "[+5.50:IST]", "[+5.30:IST]"):
    file = (HEADER + STATEMENT.format(when="20260302054000" + offset)).encode()
    first = OfxParser.parse(io.BytesIO(file)).account.statement.transactions[0].date
    tree = OFXTree()
    tree.parse(io.BytesIO(file))
    second = tree.convert().statements[0].transactions[0].dtposted
    seen[offset] = f"{first:%d %b %H:%M}", f"{second:%d %b %H:%M}"
    print(f"2 March 05:40 {offset:12} ofxparse {seen[offset][0]}   ofxtools {seen[offset][1]}   (UTC)")

if seen == {
    "[+5:PKT]": ("02 Mar 00:40", "02 Mar 00:40"),
    "[+5.50:IST]": ("02 Mar 00:10", "01 Mar 23:50"),
    "[+5.30:IST]": ("02 Mar 00:22", "02 Mar 00:10"),
}:
    print("still so: one half-hour offset is two different moments, here on two different days")
else:
    sys.exit("no longer so: the two readers have changed")
PY
