"""A message that Slack refused for what it holds, in a form that it takes: without @channel, or as plain text."""

import json

from blocks.kit.kit import EVERYBODY, Message, shorten

TEXT_CHARS = 4000
"""More than this Slack advises against, see https://docs.slack.dev/reference/methods/chat.postMessage"""


def plain_text(message: Message) -> Message:
    return Message(shorten(message.text, TEXT_CHARS), [])


def calls_everybody(message: Message) -> bool:
    """Text from outside never does: its `<` is escaped."""
    return EVERYBODY in json.dumps(message.blocks)


def without_call(message: Message) -> Message:
    blocks = json.dumps(message.blocks).replace(f" {EVERYBODY}", "").replace(EVERYBODY, "")
    return Message(message.text, json.loads(blocks))
