"""What a reading of a model's text yields."""

from __future__ import annotations

from typing import Literal, NamedTuple

Kind = Literal["box", "point", "boxes", "points", "refusal", "invalid", "none"]
Order = Literal["xy", "yx"]


class Answer(NamedTuple):
    """What was read from a text.

    Attributes:
        kind: one box or point, several different ones, `refusal` (the model says that there is no
            such element), `invalid` (coordinates that no box has) or `none`.
        numbers: x before y, four a box and two a point, in whatever frame the model used; with a
            width and a height the edges that they make; of an invalid answer as they stand, if all
            are finite.
        type_word: what stands in `<ref>` before the first hyphen; empty if there is none.
        name: what was named: the rest of `<ref>`, a label; None if nothing was.
        rule: the form that was read, a key of `forms.RULES`; empty if none was.
        problem: why there are no coordinates, or none that count; empty if there are.
        span: where in the text they stand, from the first to the last; (0, 0) if there are none.
        order: in which the model wrote them.
        ignored: other numbers in the text, at most 100.
    """

    kind: Kind
    numbers: tuple[float, ...]
    type_word: str
    name: str | None
    rule: str
    problem: str
    span: tuple[int, int]
    order: Order
    ignored: tuple[float, ...]


def no_answer(problem: str, ignored: tuple[float, ...] = ()) -> Answer:
    """An answer of kind `none`."""
    return Answer("none", (), "", None, "", problem, (0, 0), "xy", ignored)
