"""Small arithmetic: "12 times 7", "15 % of 80", "2 + 3 * 4"."""

import re
from functools import cache
from typing import Any

from samantha import language

LONGEST = 120  # characters of a sum
EXPRESSION = re.compile(r"[\d.+\-*/() ]+")
PERCENT = re.compile(r"([\d.]+)\s*%\s*@\s*([\d.]+)")  # "15 % of 80", its "of" made a sign
BIG = 1e15  # beyond this a float no longer counts one by one


class ImpossibleSumError(Exception):
    """A sum without a result; its one argument names the reply."""


def solve(text: str) -> str | None:
    """Return the result of a sum as text, or None where the text is none. Raises ImpossibleSumError."""
    expression = _expression(text)
    if expression is None:
        return None
    from simpleeval import InvalidExpression, simple_eval  # noqa: PLC0415 - only sums need it

    try:
        result = simple_eval(expression)
    except ZeroDivisionError:
        raise ImpossibleSumError("sum_impossible") from None
    except (
        InvalidExpression,
        SyntaxError,
        ValueError,
        OverflowError,
        TypeError,
        ArithmeticError,
        RecursionError,
    ):
        return None
    if abs(result) >= BIG:
        raise ImpossibleSumError("sum_too_big")
    # Twelve digits hide what binary fractions add: 0.1 + 0.2 is 0.3.
    return f"{result:.12g}".replace("-", "−")


def _expression(text: str) -> str | None:
    plain = text.lower().strip(" ?!.=").replace("’", "'")[: LONGEST + 1]
    words = _words()
    plain = words["ask"].sub("", plain).strip(" ?=:")
    plain = re.sub(r"(?<=\d),(?=\d{3}\b)", "", plain)
    for pattern, sign in words["signs"]:
        plain = pattern.sub(sign, plain)
    plain = PERCENT.sub(r"(\1/100*\2)", plain)
    whole = EXPRESSION.fullmatch(plain) and len(plain) <= LONGEST
    # One number is no sum, and "3-2" alone is a score or a range.
    return plain if whole and re.search(r"[\d)]\s*[+*/]\s*[\d(.\-]|[\d)]\s+-\s+[\d(]|^\(.*/100\*", plain) else None


@cache
def _words() -> dict[str, Any]:
    data = language.load("sums")
    numbers = {word: str(number) for number, word in enumerate(data["numbers"])}
    signs = [(re.compile(rf"\b{word}\b"), number) for word, number in numbers.items()]
    signs += [(re.compile(pattern), sign) for pattern, sign in data["signs"].items()]
    return {"ask": re.compile(rf"^(?:{'|'.join(data['ask'])})\s*", re.IGNORECASE), "signs": signs}
