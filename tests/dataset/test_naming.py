import pytest

from groundkit.dataset.naming import clean, name_elements, shorten
from groundkit.records import Element

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


def test_parents_in_a_circle_end():
    assert names({"parent": "1"}, {"parent": "0"}) == [None, None]


def test_deep_tree_needs_no_recursion():
    chain = [{"parent": str(i - 1)} if i else {} for i in range(5000)]
    chain.append({"parent": "4999", "text": "leaf"})
    assert names(*chain)[4999] == ("leaf", "descendants")


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
    ],
)
def test_long_names_are_cut_between_clusters(text, limit, expected):
    assert shorten(text, limit) == expected
    assert len(shorten(text, limit)) <= limit
