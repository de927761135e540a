"""The knobs of a stand-in: latency and a plan of faults, both set over HTTP at `/_control`.

A fault rule is a JSON object:
    {"match": {"method": "POST", "path": "/bill", "body": "INV-7"},   # each optional; path and body are "contains"
     "skip": 0,          # let this many matching requests through first
     "times": 1,         # then act on this many (null: on all)
     "effect": {"kind": "reply", "status": 503, "headers": {}, "body": "<html>..."}}
Kinds of effect:
    reply        answer this instead of processing the request
    after_reply  process the request (it takes effect), then answer this instead
    drop_before  cut the connection without processing the request
    drop_after   process the request, wait `ms` (none: 0), then cut the connection: an answer lost, or too late
    truncate     process the request, announce the whole length, send only `bytes` of it, cut the connection
    delay        wait `ms`, then process the request
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.http.exchange import Request

KINDS = ("reply", "after_reply", "drop_before", "drop_after", "truncate", "delay")


class BadRule(ValueError):
    """A fault rule is not of the documented form."""


@dataclass
class FaultRule:
    effect: Mapping[str, Any]
    method: str = ""
    path: str = ""
    body: str = ""
    skip: int = 0
    times: int | None = 1
    seen: int = 0

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "FaultRule":
        effect = value.get("effect")
        if not isinstance(effect, Mapping) or effect.get("kind") not in KINDS:
            raise BadRule(f"effect.kind must be one of {', '.join(KINDS)}")
        match = value.get("match", {})
        unknown = set(match) - {"method", "path", "body"}
        if unknown:
            raise BadRule(f"unknown match key: {', '.join(sorted(unknown))}")
        return cls(effect=effect, skip=int(value.get("skip", 0)), times=value.get("times", 1), **match)

    def matches(self, request: Request) -> bool:
        return (
            (not self.method or self.method.upper() == request.method)
            and self.path.lower() in request.path.lower()
            and (not self.body or self.body.encode() in request.body)
        )


@dataclass
class Knobs:
    """Latency in milliseconds and the fault plan; safe to use from several threads."""

    latency_ms: int = 0
    rules: list[FaultRule] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def add(self, *rules: Mapping[str, Any]) -> None:
        parsed = [FaultRule.from_json(rule) for rule in rules]
        with self._lock:
            self.rules.extend(parsed)

    def clear(self) -> None:
        with self._lock:
            self.rules.clear()

    def effect_for(self, request: Request) -> Mapping[str, Any] | None:
        """The effect of the first rule that acts on this request, or None."""
        with self._lock:
            for rule in self.rules:
                if not rule.matches(request):
                    continue
                rule.seen += 1
                if rule.seen <= rule.skip:
                    continue
                if rule.times is None or rule.seen <= rule.skip + rule.times:
                    return rule.effect
        return None
