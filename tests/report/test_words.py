import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from groundkit.report.words import bar, break_name, decimal, percent, pixels, plain


def test_numbers():
    assert (percent(0.8312), percent(1)) == ("83.1 %", "100.0 %")
    assert (percent(2999 / 3000), percent(1 / 3000)) == (">99.9 %", "<0.1 %")
    assert (decimal(0.71249), decimal(None), decimal(12.35, 1)) == ("0.712", "–", "12.3")
    assert (pixels(12.44), pixels(None)) == ("12.4 px", "–")


def test_the_name_of_a_metric_breaks_at_brackets_and_commas():
    name = "hit(edges=open,point=first)"
    assert break_name(name, 99) == name
    assert break_name(name, 16) == "hit(edges=open,\npoint=first)"
    assert break_name(name, 3) == "hit(\nedges=open,\npoint=first)"


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0, ""), (1, "█" * 10), (0.5, "█████"), (0.06, "▋"), (0.0125, "▏"), (2, "█" * 10)],
)
def test_bar(share, expected):
    # 0.06 x 80 = 4.8, five eighths
    assert bar(share) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("地址 👍", "地址 👍"),
        ("[red]x[/red]", "[red]x[/red]"),
        ("a\nb\tc\r", r"a\nb\tc\r"),
        ("\x1b[31mred", r"\x1b[31mred"),
        ("\x07\x08\x7f\x9b", r"\x07\x08\x7f\x9b"),
        ("abc\u202edcb", r"abc\u202edcb"),
        ("\ud800", r"\ud800"),
        ("a" * 201, "a" * 200 + "…"),
    ],
)
def test_foreign_text_is_shown_and_not_obeyed(text, expected):
    assert plain(text) == expected


@given(st.text())
def test_plain_text_is_one_printable_line(text):
    assert plain(text).isprintable()
    assert cell_len(plain(text)) >= 0
