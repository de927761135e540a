#!/usr/bin/env bash
# slack-block-builder 2.8.0 (npm)
#
# Seen: a number input given minValue(0), maxValue(0) or initialValue(0) is built without min_value, max_value or
# initial_value; 1 and -1 are kept, and so is minLength(0) of a text input. Slack's reference calls the three optional,
# so the block looks complete, and an amount that must not be negative may be.
#
# Source: read in the installed package's source, dist/internal/helpers/build-helpers.js (a number becomes a string
# through a test for truth). A Python peer had the same and has put it right:
# https://github.com/nicklambourne/slackblocks/issues/146. The fields:
# https://docs.slack.dev/reference/block-kit/block-elements/number-input-element
#
# What follows: the lower bound most forms about money want is the one that cannot be set; check the amount again when
# the form is sent in, or set min_value on the built object.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --ignore-scripts slack-block-builder@2.8.0

cat > seen.js <<'JS'
const { Blocks, Elements, Modal } = require('slack-block-builder');

const build = (element) =>
  Modal({ title: 'Payment' })
    .blocks(Blocks.Input({ label: 'Amount' }).element(element))
    .buildToObject().blocks[0].element;
const number = (n) => build(Elements.NumberInput({ actionId: 'a' }).minValue(n).maxValue(n).initialValue(n));

const bounds = (e) => [e.min_value, e.max_value, e.initial_value].map((v) => (v === undefined ? 'missing' : v));
const one = bounds(number(1));
const minus = bounds(number(-1));
const zero = bounds(number(0));
const text = build(Elements.TextInput({ actionId: 'a' }).minLength(0)).min_length;
console.log('number input, all three set to 1:', one.join(', '));
console.log('number input, all three set to -1:', minus.join(', '));
console.log('number input, all three set to 0:', zero.join(', '));
console.log('text input, minLength(0):', text);

if (one.join() === '1,1,1' && minus.join() === '-1,-1,-1' && zero.join() === 'missing,missing,missing' && text === 0) {
  console.log('still so: a bound of zero is not there after building');
} else {
  console.error('no longer so: a bound of zero is built');
  process.exitCode = 1;
}
JS
node seen.js
