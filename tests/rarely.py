"""Cases of a rule that only the long set tries; the fast one holds the same rule by the cases beside them."""

from collections.abc import Mapping
from typing import Any

import pytest

edge = pytest.mark.long
"""An edge of a rule, of which the tests beside it hold the middle in the fast set."""


def rarely(*cases: Any) -> list[Any]:
    """For the list of a parametrize: `["Invoice", *rarely("Bill")]`; a case of several arguments is a tuple."""
    return [pytest.param(*(case if isinstance(case, tuple) else (case,)), marks=pytest.mark.long) for case in cases]


def named(cases: Mapping[str, Any], *always: str) -> list[Any]:
    """All cases under their names; those that are not named here only in the long set."""
    assert set(always) <= cases.keys()
    return [
        pytest.param(case, id=name, marks=() if name in always else pytest.mark.long) for name, case in cases.items()
    ]
