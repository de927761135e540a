"""Reads QuickBooks' query language into a `Query`.

Grammar: https://developer.intuit.com/app/developer/qbo/docs/learn/explore-the-quickbooks-online-api/data-queries
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.sandbox.quickbooks.books import faults

DEFAULT_RESULTS = 100
MAX_RESULTS = 1000

TOKEN = re.compile(
    r"""\s*(?:
        (?P<STRING>'(?:\\.|[^'\\])*')
      | (?P<DATE>\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?(?![\w.]))
      | (?P<NUMBER>-?\d+(?:\.\d+)?(?![\w.]))
      | (?P<WORD>[A-Za-z_][\w.]*)
      | (?P<SIGN><=|>=|!=|[=<>(),*])
      | (?P<END>$)
    )""",
    re.VERBOSE,
)
OPERATORS = ("=", "!=", "<", ">", "<=", ">=")


@dataclass(frozen=True)
class Condition:
    """`operator` is one of OPERATORS, LIKE, IN or NOT IN; these two have several values. Booleans come as text too."""

    field: str
    operator: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Query:
    entity: str
    count: bool = False
    conditions: tuple[Condition, ...] = ()
    order: tuple[tuple[str, bool], ...] = ()
    """Property and whether it descends."""
    start: int = 1
    limit: int = DEFAULT_RESULTS

    def condition_on(self, field: str) -> Condition | None:
        return next((one for one in self.conditions if one.field.lower() == field.lower()), None)


@dataclass(frozen=True)
class Token:
    kind: str
    text: str
    column: int

    def is_word(self, *words: str) -> bool:
        return self.kind == "WORD" and self.text.upper() in words


def parse(statement: str) -> Query:
    """Raises Refusal 4000 for bad syntax, 4001 for a position or limit that is too small."""
    return _Parser(_tokens(statement)).query()


def _tokens(statement: str) -> list[Token]:
    tokens: list[Token] = []
    position = 0
    while not tokens or tokens[-1].kind != "END":
        match = TOKEN.match(statement, position)
        if match is None or match.lastgroup is None:
            rest = statement[position:].lstrip()
            column = len(statement) - len(rest) + 1
            raise faults.refuse(
                "4000", f'QueryParserError: Lexical error at line 1, column {column}. Encountered: "{rest[:1]}"'
            )
        tokens.append(Token(match.lastgroup, match.group(match.lastgroup), match.start(match.lastgroup) + 1))
        position = match.end()
    return tokens


class _Parser:
    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens, self._next = tokens, 0

    def query(self) -> Query:
        self._word("SELECT")
        count = self._selection()
        self._word("FROM")
        entity = self._take("WORD").text
        conditions = self._conditions()
        order = self._order()
        start = self._number_after("STARTPOSITION", 1)
        limit = self._number_after("MAXRESULTS", DEFAULT_RESULTS)
        self._take("END")
        return Query(entity, count, conditions, order, start, min(limit, MAX_RESULTS))

    def _selection(self) -> bool:
        """Whether it is count(*). Named properties are accepted and change nothing: all come back."""
        if self._peek().is_word("COUNT"):
            self._take("WORD")
            for sign in "(*)":
                self._sign(sign)
            return True
        self._selected()
        while self._accept_sign(","):
            self._selected()
        return False

    def _selected(self) -> None:
        if not self._accept_sign("*"):
            self._take("WORD")

    def _conditions(self) -> tuple[Condition, ...]:
        if not self._accept_word("WHERE"):
            return ()
        conditions = [self._condition()]
        while self._accept_word("AND"):
            conditions.append(self._condition())
        return tuple(conditions)

    def _condition(self) -> Condition:
        field = self._take("WORD").text
        if self._accept_word("LIKE"):
            return Condition(field, "LIKE", (self._value(),))
        if self._accept_word("IN"):
            return Condition(field, "IN", self._values())
        if self._accept_word("NOT"):
            self._word("IN")
            return Condition(field, "NOT IN", self._values())
        operator = self._take("SIGN")
        if operator.text not in OPERATORS:
            raise _encountered(operator)
        return Condition(field, operator.text, (self._value(),))

    def _values(self) -> tuple[str, ...]:
        self._sign("(")
        values = [self._value()]
        while self._accept_sign(","):
            values.append(self._value())
        self._sign(")")
        return tuple(values)

    def _value(self) -> str:
        """Numbers must be quoted like text; booleans stand bare, dates may (minimul/qbo_api#37)."""
        token = self._tokens[self._next]
        if token.is_word("TRUE", "FALSE") or token.kind == "DATE":
            self._next += 1
            return token.text if token.kind == "DATE" else token.text.lower()
        return re.sub(r"\\(.)", r"\1", self._take("STRING").text[1:-1])

    def _order(self) -> tuple[tuple[str, bool], ...]:
        if self._accept_word("ORDER"):
            self._word("BY")
        elif not self._accept_word("ORDERBY"):
            return ()
        fields = [self._sort_field()]
        while self._accept_sign(","):
            fields.append(self._sort_field())
        return tuple(fields)

    def _sort_field(self) -> tuple[str, bool]:
        field = self._take("WORD").text
        descending = self._accept_word("DESC")
        if not descending:
            self._accept_word("ASC")
        return field, descending

    def _number_after(self, word: str, default: int) -> int:
        if not self._accept_word(word):
            return default
        token = self._take("NUMBER")
        if not token.text.lstrip("-").isdecimal():
            raise _encountered(token)
        if int(token.text) < 1:
            raise faults.refuse(
                "4001", f"QueryValidationError: value {token.text} is too small. Min allowed value is 1"
            )
        return int(token.text)

    def _peek(self) -> Token:
        return self._tokens[self._next]

    def _take(self, kind: str) -> Token:
        token = self._peek()
        if token.kind != kind:
            raise _encountered(token)
        self._next += 1
        return token

    def _word(self, word: str) -> None:
        if not self._accept_word(word):
            raise _encountered(self._peek())

    def _sign(self, sign: str) -> None:
        if not self._accept_sign(sign):
            raise _encountered(self._peek())

    def _accept_word(self, word: str) -> bool:
        found = self._peek().is_word(word)
        self._next += found
        return found

    def _accept_sign(self, sign: str) -> bool:
        found = self._peek().kind == "SIGN" and self._peek().text == sign
        self._next += found
        return found


def _encountered(token: Token) -> faults.Refusal:
    kind = "EOF" if token.kind == "END" else token.kind
    text = f' <{kind}> "{token.text} "" at line 1, column {token.column}.'
    return faults.refuse("4000", f'QueryParserError: Encountered "{text}')
