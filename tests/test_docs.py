"""The documentation says what the code does: every table and example of it is checked here."""

from __future__ import annotations

import html
import json
import re
import shlex
import types
import typing
from pathlib import Path

import msgspec
import pytest
import typer

from groundkit import grammar, records, store, synth
from groundkit.cli.main import app
from groundkit.contract import Contract
from groundkit.dataset import manifest, rules, screen
from groundkit.errors import DataError
from groundkit.geometry import FRAME_NAMES, Frame
from groundkit.grammar import read_answer, write_answer
from groundkit.grammar.forms import RULES
from groundkit.vocabulary import TYPE_WORDS, type_word
from tests.metrics.builders import evaluate

ROOT = Path(__file__).parent.parent
FORMATS = ROOT / "docs" / "formats.md"
NOUNS = [
    value
    for value in vars(records).values()
    if isinstance(value, type) and issubclass(value, msgspec.Struct)
]
# What the files of a dataset folder hold, besides the samples.
FOLDER = [
    *(screen.ElementRow, manifest.Manifest, manifest.SplitCheck),
    *(screen.DatasetOptions, rules.ElementRules),
]
# What synth.json holds.
SYNTH = [synth.SynthManifest, synth.SynthOptions]
RECORDS = [*NOUNS, *FOLDER, *SYNTH, Contract]
PAGES = sorted(path for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def section(title, page=FORMATS):
    """The text under a heading of a page, up to the next heading of any level."""
    parts = re.split(r"^##+ (.+)\n", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))[title]


def table(title, header, page=FORMATS):
    """The rows under a header line, as lists of cells."""
    lines = section(title, page).splitlines()
    start = lines.index(header) + 2
    rows = []
    for line in lines[start:]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def example(record):
    """The JSON block of a record's section, decoded strictly."""
    return store.decode(example_text(record).encode(), record, "docs/formats.md")


def example_text(record):
    (block,) = re.findall(r"```json\n(.+?)```", section(record.__name__), flags=re.DOTALL)
    return block


# --- records --------------------------------------------------------------------------------


def own_fields(record):
    """The fields of a record without those that it takes from another one."""
    inherited = {
        field for base in record.__bases__ for field in getattr(base, "__annotations__", ())
    }
    return [field for field in msgspec.structs.fields(record) if field.name not in inherited]


def one_of(words):
    return " or ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


WORDS = {str: "string", int: "integer", float: "number", bool: "boolean"}
PLURALS = {str: "strings", int: "integers", float: "numbers"}


def words_of(annotation, page="formats.md"):
    """A type as a page writes it."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if arguments == FRAME_NAMES:
        return f"a frame from [Coordinates]({link('Coordinates', 'formats.md', page)})"
    if origin is typing.Literal:
        return one_of([f'`"{value}"`' for value in arguments])
    if origin in (typing.Union, types.UnionType):
        if all(typing.get_origin(part) is typing.Literal for part in arguments):
            return words_of(typing.Literal[arguments], page)
        return one_of(
            ["null" if part is type(None) else words_of(part, page) for part in arguments]
        )
    if origin is dict:
        return f"object of {several(arguments[1], page)}"
    if origin is list or arguments[1:] == (...,):
        return f"list of {several(arguments[0], page)}"
    if origin is tuple:
        return f"{len(arguments)} {several(arguments[0], page)}"
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        home = "formats.md" if annotation in RECORDS else "evaluation.md"
        return f"[{annotation.__name__}]({link(annotation.__name__, home, page)})"
    return WORDS[annotation]


def several(item, page):
    words = PLURALS[item] if item in PLURALS else words_of(item, page)
    return re.sub(r"^object ", "objects ", words)


def link(title, home, page):
    return f"{'' if home == page else home}#{title.lower()}"


def default_of(field):
    if field.default_factory is not msgspec.NODEFAULT:
        return f"`{msgspec.json.encode(field.default_factory()).decode()}`"
    if isinstance(field.default, msgspec.Struct):
        assert field.default == type(field.default)()
        return "its defaults"
    return "required" if field.required else f"`{msgspec.json.encode(field.default).decode()}`"


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_every_field_is_documented(record):
    documented = table(record.__name__, "| field | type | meaning | default |")
    hints = typing.get_type_hints(record)
    expected = [
        [f"`{field.name}`", words_of(hints[field.name]), default_of(field)]
        for field in own_fields(record)
    ]
    assert [[name, kind, default] for name, kind, _, default in documented] == expected
    assert all(meaning for _, _, meaning, _ in documented)


def test_the_table_notices_a_changed_field():
    """The test above can fail: a type and a default of a record that is not documented so."""

    class Changed(msgspec.Struct):
        box: tuple[float, ...] = ()

    (field,) = own_fields(Changed)
    assert words_of(typing.get_type_hints(Changed)["box"]) == "list of numbers"
    assert default_of(field) == "`[]`"


EXAMPLES = [*NOUNS, Contract, screen.ElementRow, manifest.Manifest, synth.SynthManifest]


@pytest.mark.parametrize("record", EXAMPLES, ids=lambda record: record.__name__)
def test_every_record_has_an_example_that_decodes(record):
    assert isinstance(example(record), record)


@pytest.mark.parametrize("record", EXAMPLES, ids=lambda record: record.__name__)
def test_examples_are_as_groundkit_writes_them(record):
    """The same keys in the same order; of records that may hold whole pixels the same values, of
    others `51.0` where a file says `51.0`."""
    shown, written = example_text(record), msgspec.json.encode(example(record))
    if record in (records.Gold, records.Prediction, records.Verdict):  # whole pixels
        assert json.loads(shown) == json.loads(written)
    elif record not in (records.Element, records.Screen):  # as people write them
        assert repr(json.loads(shown)) == repr(json.loads(written))


def test_half_of_a_surrogate_pair_is_refused():
    assert r'`"\ud800"` alone' in FORMATS.read_text(encoding="utf-8")
    for text in (rb'"\ud800"', rb'"\udc00"', rb'"\ud800\ud800"', b'"\xed\xa0\x80"'):
        with pytest.raises(DataError, match="not valid JSON"):
            store.decode(text, str, "docs/formats.md")
    assert store.decode(rb'"\ud83d\ude00"', str, "docs/formats.md") == "\U0001f600"


def test_the_screen_is_one_of_the_embedded_ones():
    shown = example(records.Screen)
    path = ROOT / "fixtures" / "screens" / "screens.jsonl"
    (real,) = [screen for screen in store.read_jsonl(path, records.Screen) if screen.id == shown.id]
    assert set(shown.elements) < set(real.elements)
    assert msgspec.structs.replace(shown, elements=real.elements) == real
    assert example(records.Element) in shown.elements


def test_the_examples_are_one_button_on_its_way():
    sample, gold = example(records.Sample), example(records.Gold)
    (button,) = [e for e in example(records.Screen).elements if e.id == sample.element]
    assert (button.description, sample.name_source) == (sample.name, "description")
    assert sample.answer == write_answer(
        type_word(sample.type, sample.lang), sample.name, sample.box
    )
    assert sample.marker == example(records.Marker)
    shared = {*records.Gold.__struct_fields__} & {*records.Sample.__struct_fields__}
    for name in shared - {"image"}:  # which is relative to another file
        assert getattr(sample, name) == getattr(gold, name)
    assert example(records.Prediction).gold == gold
    row = example(screen.ElementRow)
    assert (row.screen, row.element) == (sample.screen, sample.element)
    assert (row.type, row.name, row.name_source) == (sample.type, sample.name, sample.name_source)
    assert (row.box, row.raw_type, row.reason) == (sample.box, button.type, "")


def test_the_manifest_adds_up():
    shown = example(manifest.Manifest)
    samples = sum(shown.samples.values())
    for counts in (shown.types, shown.name_sources, shown.placements):
        assert sum(counts.values()) == samples
    assert sum(shown.split.images.values()) == shown.images
    assert shown.options == screen.DatasetOptions()


def test_every_reason_for_a_drop_is_documented():
    rows = table("ElementRow", "| reason | why an element is dropped |")
    assert rows == [[f"`{name}`", why] for name, why in rules.REASONS.items()]


def test_the_verdict_is_what_eval_makes_of_the_prediction(tmp_path):
    predictions, verdicts = tmp_path / "predictions.jsonl", tmp_path / "verdicts.jsonl"
    store.write_bytes(predictions, store.encode_line(example(records.Prediction)))
    evaluate(predictions, None, verdicts=verdicts)
    (verdict,) = store.read_jsonl(verdicts, records.Verdict)
    shown = example(records.Verdict)
    # Paths are written relative to the verdicts.
    assert verdict.image.endswith(shown.image)
    assert msgspec.structs.replace(verdict, image=shown.image) == shown


# --- conventions ----------------------------------------------------------------------------


def test_every_frame_is_documented():
    rows = table("Coordinates", "| frame | bottom-right corner | written as | used by |")
    expected = []
    for name in FRAME_NAMES:
        frame = Frame(name, (640, 480))
        corner = "{:.0f}, {:.0f}".format(*frame.extent)
        picture = "original screenshot" if name == "pixel" else "saved image"
        if corner == "640, 480":
            corner = f"width, height of the {picture}"
        expected.append([f"`{name}`", corner, "whole numbers" if frame.is_integer else "decimals"])
    assert [row[:3] for row in rows] == expected


def test_every_status_is_documented():
    rows = table("Verdict", "| status | meaning |")
    assert [name for name, _ in rows] == [f"`{s}`" for s in typing.get_args(records.Status)]


def test_every_escape_is_documented():
    rows = table("The answer", "| character | written as |")
    documented = {
        chr(int(re.search(r"U\+([0-9A-F]{4})", character)[1], 16)): written.strip("`")
        for character, written in rows
    }
    escaped = {chr(code): grammar.escape(chr(code)) for code in range(0x11000)}
    changed = {char: written for char, written in escaped.items() if written != char}
    assert documented == changed | {"&": "&amp;"}
    assert grammar.escape("&lt; & &gt;") == "&amp;lt; & &amp;gt;"


READINGS = table("The answer", "| text | read as | rule, or what is wrong |")


@pytest.mark.parametrize(("text", "kind", "rule"), READINGS, ids=[row[0] for row in READINGS])
def test_every_reading_is_as_documented(text, kind, rule):
    answer = read_answer(text.strip("`"))
    assert (answer.kind, f"`{answer.problem or answer.rule}`") == (kind, rule)


def test_every_rule_of_the_grammar_is_documented():
    rows = table("The answer", "| rule | form |")
    unescaped = [[rule.strip("`"), html.unescape(form)] for rule, form in rows]
    assert unescaped == [[rule, about] for rule, about in RULES.items()]


def test_every_type_word_is_documented():
    rows = table("Type words", "| type | zh | en |")
    assert rows == [[f"`{name}`", *words] for name, words in TYPE_WORDS.items()]


# --- links ----------------------------------------------------------------------------------


def anchors(page):
    """Headings of a page, as GitHub turns them into anchors."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if link.startswith(("http://", "https://")):
            continue
        name, _, anchor = link.partition("#")
        target = page.parent / name if name else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


# --- commands -------------------------------------------------------------------------------


def commands(page):
    """The groundkit commands of a page, as lists of words."""
    text = page.read_text(encoding="utf-8")
    found = re.findall(r"(?:^|`|\$ )(groundkit [a-z][^`\n#]*)", text, flags=re.MULTILINE)
    return [shlex.split(command) for command in found]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_use_verbs_and_options_that_exist(page):
    known = {
        name: {flag for parameter in verb.params for flag in (*parameter.opts, "--help")}
        for name, verb in typer.main.get_command(app).commands.items()
    }
    for _, verb, *words in commands(page):
        flags = {word.partition("=")[0] for word in words if word.startswith("-") and word != "-"}
        assert flags <= known[verb], (verb, words)


def test_the_readme_shows_every_verb():
    shown = {verb for _, verb, *_ in commands(ROOT / "README.md")}
    assert shown >= set(typer.main.get_command(app).commands)
