#!/usr/bin/env bash
# node-quickbooks 2.0.50 (npm)
#
# Seen: criteria may be a list, and {count: true} in it asks for a count instead of the records. The filters that stand
# behind it are lost according to its place: first in the list it costs nothing, second it takes one filter with it,
# third it takes two. The query stays valid and is answered with a number, only a larger one: a count of the unpaid
# invoices of March becomes one of all unpaid invoices since March.
#
# Source: read in the installed package's source, index.js (module.query removes i + 1 entries where one was meant). A
# list with count and a range of dates is what people write: https://github.com/mcohen01/node-quickbooks/issues/26
#
# What follows: put {count: true} first or last; a list to which filters are appended as they come must get it at the
# end.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --ignore-scripts node-quickbooks@2.0.50

cat > seen.js <<'JS'
const http = require('http');
const QuickBooks = require('node-quickbooks');

const count = { count: true };
const filters = [
  { field: 'TxnDate', value: '2026-03-01', operator: '>=' },
  { field: 'TxnDate', value: '2026-03-31', operator: '<=' },
  { field: 'Balance', value: '0', operator: '>' },
  { field: 'DocNumber', value: 'INV-%', operator: 'LIKE' },
];
const withCountAt = (n) => [...filters.slice(0, n), count, ...filters.slice(n)];
const sent = [];

const server = http.createServer((request, response) => {
  sent.push(new URL(request.url, 'http://localhost').searchParams.get('query'));
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify({ QueryResponse: { totalCount: 1 } }));
});

server.listen(0, '127.0.0.1', async () => {
  QuickBooks.V3_ENDPOINT_BASE_URL = `http://127.0.0.1:${server.address().port}/v3/company/`;
  const client = new QuickBooks('id', 'secret', 'token', false, '1', true, false, 75, '2.0', 'token');
  const kept = [];
  for (const place of [0, 1, 2, 3, 4]) {
    await new Promise((done, fail) => client.findInvoices(withCountAt(place), (e) => (e ? fail(e) : done())));
    const where = sent.at(-1).replace(/ startposition.*/, '').replace(/.*from invoice/, '');
    kept.push(filters.filter((f) => where.includes(`${f.field} ${f.operator} `)).length);
    console.log(`count in place ${place + 1} of 5: ${kept.at(-1)} of 4 filters kept:${where}`);
  }
  server.close();
  if (kept.join() === '4,3,2,3,4') {
    console.log('still so: a count in the middle of the list loses the filter behind it');
  } else {
    console.error('no longer so: the filters kept were', kept.join());
    process.exitCode = 1;
  }
});
JS
node seen.js
