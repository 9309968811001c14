"""Errors: one line each, with what, where, the valid choices and the next step."""

from __future__ import annotations

import pickle

import pytest

from groundkit.errors import DataError, GroundkitError, OptionError


@pytest.mark.parametrize(
    ("error", "line"),
    [
        pytest.param(GroundkitError("no screens"), "no screens", id="only what"),
        pytest.param(
            DataError("expected a number", "a.jsonl:3: box[0]"),
            "a.jsonl:3: box[0]: expected a number",
            id="what and where",
        ),
        pytest.param(
            OptionError("unknown marker 'x'", "--marker", ["star", "dot"], "see --help"),
            "--marker: unknown marker 'x'; valid: star, dot; see --help",
            id="all parts",
        ),
        pytest.param(
            DataError("not\nan  image", "two\r\nlines.png"),
            "two lines.png: not an image",
            id="line breaks in a file name",
        ),
    ],
)
def test_an_error_is_one_line(error, line):
    assert str(error) == line


@pytest.mark.parametrize("kind", [DataError, OptionError])
def test_errors_are_value_errors_too(kind):
    assert issubclass(kind, GroundkitError)
    assert issubclass(kind, ValueError)


@pytest.mark.parametrize("kind", [GroundkitError, DataError, OptionError])
def test_an_error_survives_the_way_between_processes(kind):
    error = kind("what", "where", ("a", "b"), hint="hint")
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is kind
    assert str(copy) == str(error)
    assert (copy.what, copy.where, copy.choices, copy.hint) == ("what", "where", ("a", "b"), "hint")


def test_hostile_text_is_shown_cut_and_escaped():
    error = DataError("\x1b[31mred\u202e" + "x" * 1_000_000, "a\nb.jsonl:3")
    shown = str(error)
    assert shown.startswith("a b.jsonl:3: \\x1b[31mred\\u202exxx")
    assert len(shown) < 500
    assert shown.isprintable()
