import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundkit.dataset.naming import clean, name_elements, shorten
from groundkit.records import Element

# A black flag, the letters gbwls as tags, and the tag that ends them.
WALES = "\U0001f3f4\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f"
BOX = (0.0, 0.0, 10.0, 10.0)


def names(*elements, limit=60):
    return name_elements([Element(id=str(i), box=BOX, **e) for i, e in enumerate(elements)], limit)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"text": "Save", "description": "d", "resource_id": "x:id/send"}, ("Save", "text")),
        ({"text": " \n ", "description": "Close"}, ("Close", "description")),
        ({"resource_id": "com.app:id/search_icon"}, ("search", "resource_id")),
        ({"resource_id": "com.app:id/btnAddToCart"}, ("add to cart", "resource_id")),
        ({"resource_id": "com.app:id/地址栏"}, ("地址栏", "resource_id")),
        ({"resource_id": "com.app:id/container_2"}, None),
        ({"resource_id": "com.app:id/"}, None),
        ({"text": "\ue900"}, None),
        ({}, None),
    ],
)
def test_own_name_and_its_source(fields, expected):
    assert names(fields)[0] == expected


def test_unnamed_row_takes_the_names_of_its_children_in_document_order():
    found = names(
        {"clickable": True, "resource_id": "a:id/row_settings"},
        {"parent": "0"},
        {"parent": "1", "text": "Wi-Fi"},
        {"parent": "0", "text": "Connected"},
        {"parent": "0", "text": "hidden", "visible": False},
    )
    assert found[0] == ("Wi-Fi Connected", "descendants")


def test_nothing_is_called_by_what_nobody_sees():
    rows = [
        {"clickable": True},
        {"parent": "0", "text": "no height"},
        {"parent": "0", "visible": False},
        {"parent": "2", "text": "in what is hidden"},
        {"parent": "0", "text": "above the fold"},
        {"parent": "1", "text": "below what has no height"},
    ]
    elements = [Element(id=str(i), box=BOX, **row) for i, row in enumerate(rows)]
    found = name_elements(elements, 60, shown=[True, False, False, True, True, True])
    assert found[0] == ("below what has no height above the fold", "descendants")
    assert found[1] == ("no height", "text")  # its own, though it will not be asked about


def test_parents_in_a_circle_end():
    assert names({"parent": "1"}, {"parent": "0"}) == [None, None]


def test_deep_tree_needs_no_recursion():
    chain = [{"parent": str(i - 1)} if i else {} for i in range(5000)]
    chain.append({"parent": "4999", "text": "leaf"})
    assert names(*chain)[4999] == ("leaf", "descendants")


def test_chain_of_unnamed_parents_takes_linear_time():
    chain = [{"parent": str(i - 1)} if i else {} for i in range(20_000)]
    chain.append({"parent": "19999", "text": "leaf"})
    start = time.process_time()
    assert set(names(*chain)[:-1]) == {("leaf", "descendants")}
    assert time.process_time() - start < 5  # 0.1 s here; walking down from each takes minutes


def test_lifted_names_stop_at_the_limit_and_come_once():
    found = names(
        {},
        {"parent": "0"},
        {"parent": "1", "text": "aaa"},
        {"parent": "1", "text": "bbb"},
        {"parent": "0", "text": "aaa"},
        {"parent": "0", "text": "cccc"},
        {"parent": "0", "text": "dd"},
        limit=12,
    )
    # aaa and bbb are 8 characters with their spaces, cccc makes it 13: dd is not asked for
    assert found[0] == ("aaa bbb cccc", "descendants")
    assert found[1] == ("aaa bbb", "descendants")


def walked_down(root, rows, limit):
    """The names below an unnamed row, found by walking down from it."""
    parts = []

    def visit(index):
        for child, row in enumerate(rows):
            if row.get("parent") != str(index) or sum(len(p) + 1 for p in parts) >= limit:
                continue
            if not row["visible"]:
                continue
            if not row["text"]:
                visit(child)
            elif row["text"] not in parts:
                parts.append(row["text"])

    visit(root)
    return " ".join(parts)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_lifted_names_are_those_found_by_walking_down(data):
    rows = []
    for index in range(data.draw(st.integers(1, 15))):
        row = {
            "text": data.draw(st.sampled_from(["", "", "a", "bb", "ccc", "dddd"])),
            "visible": data.draw(st.booleans()),
        }
        if index:
            row["parent"] = str(data.draw(st.integers(0, index - 1)))
        rows.append(row)
    found = names(*rows, limit=6)
    for index, row in enumerate(rows):
        if not row["text"]:
            wanted = shorten(walked_down(index, rows, 6), 6)
            assert (found[index].text if found[index] else "") == wanted


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param("  a \t b\u3000c ", "a b c", id="white space"),
        pytest.param("مرحبا بالعالم", "مرحبا بالعالم", id="Arabic"),
        pytest.param("地址", "地址", id="Chinese"),
        pytest.param("👩‍👩‍👧 family", "👩‍👩‍👧 family", id="joined emoji"),
        pytest.param("\ue900 Home", "Home", id="icon font glyph"),
        pytest.param("a\x00b\x1bc", "a b c", id="control characters"),
        pytest.param("\u202eevil", "evil", id="direction override"),
        pytest.param("e\u0301", "é", id="composed"),
        pytest.param("\ud800", "", id="lone surrogate"),
        pytest.param("new \U0001faff\U0001fffd", "new \U0001faff\U0001fffd", id="unassigned"),
        pytest.param(f"{WALES} Wales", f"{WALES} Wales", id="flag of a region"),
        pytest.param("a\U000e0067\U000e007fb", "ab", id="tags after no flag"),
        pytest.param("\u200d", "", id="only a joiner"),
        pytest.param("\ufe0f", "", id="only a variation selector"),
        pytest.param("\u3164", "", id="Hangul filler, a letter that is blank"),
        pytest.param("\u2800", "", id="Braille pattern without dots"),
        pytest.param("\u0301", "", id="only an accent"),
        pytest.param("\ufffd", "", id="a lost character"),
        pytest.param("\U0010ffff", "", id="no character at all"),
        pytest.param("a\u200d", "a", id="joiner at the end"),
        pytest.param("e\u00ad\u0301", "é", id="a soft hyphen before the accent"),
        pytest.param("+", "+", id="a sign"),
        pytest.param("✓", "✓", id="a symbol"),
        pytest.param("1️⃣", "1️⃣", id="keycap"),
    ],
)
def test_clean(raw, expected):
    assert clean(raw) == expected


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("short", 5, "short"),
        ("longer text", 7, "longer…"),
        ("ab👩‍👩‍👧", 5, "ab…"),
        ("x" * 100, 60, "x" * 59 + "…"),
        ("ab👍🏽 yes", 4, "ab…"),  # thumb and its skin tone
        ("a🇩🇪🇫🇷 x", 5, "a🇩🇪…"),  # D E | F R: a cut after F would leave half of France
        ("a🇩🇪🇫🇷 x", 6, "a🇩🇪🇫🇷…"),
        (f"ab{WALES}c", 6, "ab…"),
        ("abक\u093fc", 4, "ab…"),  # a spacing vowel sign
    ],
)
def test_long_names_are_cut_between_clusters(text, limit, expected):
    assert shorten(text, limit) == expected
    assert len(shorten(text, limit)) <= limit
