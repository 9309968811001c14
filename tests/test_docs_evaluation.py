"""docs/evaluation.md says what a report holds: its tables and its program are checked here."""

from __future__ import annotations

import re
import typing

import msgspec
import pytest

from groundkit import records, store
from groundkit.lint.findings import CHECKS
from groundkit.lint.lint import LintReport
from groundkit.metrics import flags
from groundkit.metrics.boxes import EDGES
from groundkit.metrics.catalog import CATALOG
from groundkit.metrics.comparison import Comparison
from groundkit.metrics.diagnosis import DiagnosisReport
from groundkit.metrics.evaluate import Evaluation
from groundkit.metrics.metric import parse_metric
from groundkit.metrics.parity import PARITIES
from tests.metrics.builders import evaluate
from tests.test_docs import RECORDS, ROOT, example, section, table, words_of

EVALUATION = ROOT / "docs" / "evaluation.md"


def structs_of(annotation):
    """The records in a type, and in the fields of these, in the order of a report."""
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        hints = typing.get_type_hints(annotation)
        inner = [hints[field.name] for field in msgspec.structs.fields(annotation)]
        return {annotation: None} | {key: None for part in inner for key in structs_of(part)}
    return {key: None for part in typing.get_args(annotation) for key in structs_of(part)}


_REPORTS = (Evaluation, DiagnosisReport, Comparison, LintReport)
_RECORDS = {record: None for report in _REPORTS for record in structs_of(report)}
REPORT = [record for record in _RECORDS if record not in RECORDS]


@pytest.mark.parametrize("record", REPORT, ids=lambda record: record.__name__)
def test_every_key_of_a_report_is_documented(record):
    documented = table(record.__name__, "| key | type | meaning |", EVALUATION)
    hints = typing.get_type_hints(record)
    expected = [
        [f"`{field.encode_name}`", words_of(hints[field.name], "evaluation.md")]
        for field in msgspec.structs.fields(record)
    ]
    assert [[name, kind] for name, kind, _ in documented] == expected
    assert all(meaning for _, _, meaning in documented)


def report_of_the_example(tmp_path):
    predictions = tmp_path / "predictions.jsonl"
    store.write_bytes(predictions, store.encode_line(example(records.Prediction)))
    return msgspec.to_builtins(evaluate(predictions))


def keys_of(value):
    """Every key of a JSON document, at any depth."""
    if isinstance(value, list):
        return {key for part in value for key in keys_of(part)}
    if isinstance(value, dict):
        return set(value) | keys_of(list(value.values()))
    return set()


def test_every_key_of_a_real_report_is_named(tmp_path):
    report = report_of_the_example(tmp_path)
    named = set(re.findall(r"`([^`\n]+)`", EVALUATION.read_text(encoding="utf-8")))
    assert set(report["groups"]) <= named
    # Below are labels, such as `button`, which are data.
    report["groups"] = [means for group in report["groups"].values() for means in group.values()]
    found = keys_of(report) - {field.name for field in msgspec.structs.fields(records.Verdict)}
    assert {"iou@0.5", "image_size", "message", "missing"} <= found
    assert found <= named


def test_every_number_of_the_report_is_explained():
    head = "| metric | meaning | options, the usual value first |"
    rows = table("The numbers", head, EVALUATION)
    assert [(parse_metric(name.split("`")[1]).name, about) for name, about, _ in rows] == [
        (name, kind.about) for name, kind in CATALOG.items()
    ]
    for (_, _, options), kind in zip(rows, CATALOG.values(), strict=True):
        for key, values in kind.options.items():
            assert f"`{key}`: {', '.join(values) or 'micro, or groupings'}" in options


def test_every_parity_mode_is_explained():
    head = "| name | scorer | metrics | conventions |"
    expected = [
        [f"`{name}`", mode.source, ", ".join(f"`{metric}`" for metric in mode.metrics), mode.about]
        for name, mode in PARITIES.items()
    ]
    assert list(map(list, table("The numbers", head, EVALUATION))) == expected


def test_every_kind_of_flag_is_documented():
    rows = table("Warnings and notes", "| kind | what was seen |", EVALUATION)
    assert [kind for kind, _ in rows] == [f"`{kind}`" for kind in flags._KINDS]


def test_every_field_of_the_signature_is_documented(tmp_path):
    signature = report_of_the_example(tmp_path)["signature"]
    rows = table("The signature", "| field | meaning |", EVALUATION)
    names = [field.partition(":")[0] for field in signature.split("|")]
    assert [name for name, _ in rows] == [f"`{name}`" for name in names]
    (shown,) = re.findall(r"^    (groundkit\|.+)$", section("The signature", EVALUATION), re.M)
    assert [field.partition(":")[0] for field in shown.split("|")] == names
    numbers = section("The numbers", EVALUATION)
    assert all(f"`{edges}`" in numbers for edges in EDGES)


def test_the_program_about_verdicts_runs(tmp_path, monkeypatch, capsys):
    (program,) = re.findall(
        r"```python\n(.+?)```", section("The verdicts file", EVALUATION), flags=re.DOTALL
    )
    missed = msgspec.structs.replace(example(records.Verdict), id="missed", hit=False)
    rows = map(store.encode_line, (example(records.Verdict), missed))
    (tmp_path / "verdicts.jsonl").write_bytes(b"".join(rows))
    monkeypatch.chdir(tmp_path)
    exec(compile(program, "docs/evaluation.md", "exec"), {})
    assert capsys.readouterr().out == "['missed']\n"


def test_every_check_of_lint_is_documented():
    rows = table("Before scoring: lint", "| check | level | what was seen |", EVALUATION)
    expected = [[f"`{name}`", level, what] for name, (level, what) in CHECKS.items()]
    assert list(map(list, rows)) == expected
