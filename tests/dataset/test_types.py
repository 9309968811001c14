import pytest

from groundkit.dataset.types import element_type
from groundkit.vocabulary import LANGS, TYPE_WORDS, type_of_word, type_word
from tests.dataset.builders import make_element


@pytest.mark.parametrize(
    ("raw", "fallbacks", "expected"),
    [
        pytest.param("android.widget.Button", (), "button", id="android class"),
        pytest.param("android.widget.EditText", (), "input", id="android input"),
        pytest.param(
            "com.google.android.material.button.MaterialButton", (), "button", id="material"
        ),
        pytest.param(
            "android.support.v7.widget.ActionMenuPresenter$OverflowMenuButton",
            (),
            "icon",
            id="inner",
        ),
        pytest.param("com.shop.PriceTextView", (), "text", id="app class by its end"),
        pytest.param(
            "com.shop.Fancy",
            ("com.shop.Base", "android.widget.CheckBox"),
            "checkbox",
            id="ancestor",
        ),
        pytest.param("On/Off Switch", (), "switch", id="RICO label with a slash"),
        pytest.param("Text Button", ("android.widget.TextView",), "button", id="RICO before class"),
        pytest.param("Pager Indicator", (), "pager", id="RICO two words"),
        pytest.param("textbox", (), "input", id="ARIA role"),
        pytest.param("menuitemcheckbox", (), "checkbox", id="ARIA role of a menu"),
        pytest.param("generic", ("td",), "cell", id="role says nothing, tag does"),
        pytest.param("H3", (), "heading", id="HTML tag in capitals"),
        pytest.param("按钮", (), "button", id="our own Chinese word"),
        pytest.param("date_picker", (), "date_picker", id="our own key"),
        pytest.param("tabpanel", (), "container", id="ARIA panel"),
        pytest.param("details", (), "container", id="HTML details"),
        pytest.param("separator", (), "container", id="ARIA separator"),
        pytest.param("summary", (), "button", id="HTML summary"),
        pytest.param("none", ("figcaption",), "text", id="role that says nothing: none"),
        pytest.param("presentation", ("dd",), "text", id="role that says nothing: presentation"),
        pytest.param("generic", (), "container", id="nothing but a role that says nothing"),
        pytest.param("com.shop.FooButton", ("generic",), "button", id="a class says more"),
        pytest.param("androidx.appcompat.widget.LinearLayoutCompat", (), "container", id="compat"),
        pytest.param("Button Bar", (), "container", id="RICO row of buttons"),
        pytest.param("tabbar", (), "toolbar", id="bar of tabs"),
        pytest.param("UITabBar", (), "toolbar", id="UIKit"),
        pytest.param("XCUIElementTypeOther", (), "container", id="XCUITest: any view"),
        pytest.param("XCUIElementTypeStaticText", (), "text", id="XCUITest text"),
        pytest.param("XCUIElementTypeTextField", (), "input", id="XCUITest input"),
        pytest.param("feed", (), "container", id="ARIA feed"),
        pytest.param("status", (), "text", id="ARIA status"),
        pytest.param("", (), "element", id="nothing"),
        pytest.param("wobble", ("wabble",), "element", id="unknown"),
        pytest.param("...", (), "element", id="only dots"),
    ],
)
def test_words_of_every_source_map_to_one_type(raw, fallbacks, expected):
    element = make_element("a", (0, 0, 9, 9), type=raw, fallback_types=fallbacks)
    assert element_type(element) == expected


@pytest.mark.parametrize("raw", "dd dt figcaption address sub sup status alert".split())
def test_words_for_running_text(raw):
    assert element_type(make_element("a", (0, 0, 9, 9), type=raw)) == "text"


@pytest.mark.parametrize(("clickable", "expected"), [(False, "container"), (True, "element")])
def test_container_that_reacts_to_clicks_is_a_control_of_unknown_kind(clickable, expected):
    layout = make_element(
        "a", (0, 0, 9, 9), type="android.widget.LinearLayout", clickable=clickable
    )
    assert element_type(layout) == expected


def test_words_are_unique_in_each_language_and_hold_no_hyphen():
    for lang in LANGS:
        words = [type_word(name, lang) for name in TYPE_WORDS]
        assert len(set(words)) == len(words)
        assert not any("-" in word for word in words)
        assert [type_of_word(word) for word in words] == list(TYPE_WORDS)
