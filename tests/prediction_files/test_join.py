"""Which question each row of another tool answers: by id, key, prompt or position."""

from __future__ import annotations

import json

import pytest

from groundkit.errors import DataError, GroundkitError, OptionError
from groundkit.families import find_family
from groundkit.prediction_files import KeyIndex
from groundkit.records import Prediction
from tests.metrics.builders import evaluate, make_gold, make_sample, predict, write_rows

NAMES = "abc"
BOXES = {"a": [900, 100, 950, 140], "b": [10, 10, 30, 30], "c": [500, 300, 560, 340]}
POINTS = {"a": "[925, 120]", "b": "[20, 20]", "c": "[530, 320]"}


def asked(name: str, **fields):
    return {
        "img_filename": f"{name}.png",
        "bbox": BOXES[name],
        "instruction": f"open {name}",
        "img_size": [1000, 500],
        "ui_type": "icon",
        **fields,
    }


@pytest.fixture
def gold(tmp_path):
    path = tmp_path / "gold.json"
    path.write_text(json.dumps([asked(name) for name in NAMES]))
    return path


def write(tmp_path, rows):
    path = tmp_path / "p.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return path


def scored(tmp_path, gold, rows, **words):
    path = write(tmp_path, rows)
    return evaluate(path, gold, benchmark="screenspot-v2", frame="pixel", **words)


def swift(name, prompt, **fields):
    said = [{"role": "system", "content": "?"}, {"role": "user", "content": prompt}]
    images = [{"bytes": None, "path": f"/data/{name}.png"}]
    return {"response": POINTS[name], "labels": None, "messages": said, "images": images, **fields}


PROMPTS = {
    "the instruction": "<image>open {}",
    "a sentence": '<image>Where is "open {}"? Answer with a point.',
    "parts": [{"type": "image"}, {"type": "text", "text": "Point at: open {}"}],
}


def fill(prompt, name):
    return json.loads(json.dumps(prompt).replace("{}", name))


@pytest.mark.parametrize("kind", PROMPTS)
def test_ms_swift_goes_by_image_and_the_instruction_in_the_prompt(kind, tmp_path, gold):
    rows = [swift(name, fill(PROMPTS[kind], name)) for name in reversed(NAMES)]
    found = scored(tmp_path, gold, rows)
    assert (found.overall.hit, found.overall.status["missing"]) == (1, 0)
    assert "id from image and prompt" in found.read_as


def one_prompt(*instructions):
    """Finds a prompt about image i.png, of which these are asked."""
    golds = [
        make_gold(str(number), image="x/i.png", instruction=words, name=None)
        for number, words in enumerate(instructions)
    ]
    index = KeyIndex(golds, prompts=True)

    def find(prompt):
        gold = index.find(Prediction(id=f"i.png#{prompt}", text=""))
        return gold and gold.instruction

    return find


def test_of_instructions_in_a_prompt_the_longest_counts_if_it_holds_the_others():
    find = one_prompt("open", "open the menu", "close", "打开")
    assert find("please open the menu now") == "open the menu"
    assert find("please open it") == "open"
    assert find("please reopen it") is None
    assert find("please reopen it, then open it") == "open"
    assert find("open or close") is None
    assert find("请打开菜单") == "打开"


@pytest.mark.parametrize("join", ["id", "key"])
def test_a_key_may_have_folders_and_spaces(join, tmp_path, gold):
    ids = {"a": "screens/a.png#open a", "b": "b.png#open b ", "c": " c.png# open c"}
    rows = [{"id": ids[name], "text": POINTS[name]} for name in NAMES]
    assert scored(tmp_path, gold, rows, join=join).overall.hit == 1


def test_ids_that_say_nothing_are_passed_over_with_key(tmp_path, gold):
    rows = [
        {"id": number, "said": POINTS[name], "image": f"{name}.png", "instruction": f"open {name}"}
        for number, name in enumerate(NAMES)
    ]
    fields = {"text": "said"}
    with pytest.raises(DataError, match=r"no prediction is for.*'0' here.*'a.png#open a' there"):
        scored(tmp_path, gold, rows, fields=fields)
    assert scored(tmp_path, gold, rows, fields=fields, join="key").overall.hit == 1


def test_a_benchmark_with_ids_of_its_own_is_found_by_key(tmp_path):
    gold = tmp_path / "gold.json"
    gold.write_text(json.dumps([asked(name, id=f"own_{name}") for name in NAMES]))
    rows = [
        {
            "img_path": f"windows/{name}.png",
            "prompt_to_evaluate": f"open {name}",
            "pred": json.loads(POINTS[name]),
            "bbox": BOXES[name],
            "correctness": "correct",
        }
        for name in NAMES
    ]
    found = evaluate(write(tmp_path, rows), gold, benchmark="screenspot-pro")
    assert (found.overall.hit, found.counts.unknown, found.counts.conflicts) == (1, 0, 0)


def test_of_equal_questions_each_gets_the_answer_that_carries_its_box():
    golds = [make_gold(f"a.png#open#{n}", (n, n, n + 9, n + 9), image="a.png") for n in (1, 50)]
    golds = [type(gold)(**{**as_dict(gold), "instruction": "open"}) for gold in golds]
    index = KeyIndex(golds)
    rows = [predict(golds[1]), predict(golds[0])]
    rows = [Prediction(id=f"a.png#open#{n}", text="", gold=row.gold) for n, row in enumerate(rows)]
    assert [index.find(row).id for row in rows] == ["a.png#open#50", "a.png#open#1"]


def as_dict(record):
    return {name: getattr(record, name) for name in record.__struct_fields__}


# --- position ------------------------------------------------------------------------------------


def factory(name):
    return {"prompt": f"open {name}", "predict": POINTS[name], "label": POINTS[name]}


def log(number):
    name = NAMES[number]
    return {"doc_id": number, "filtered_resps": [POINTS[name]], "target": "", "doc_hash": "x"}


def test_rows_in_the_order_of_the_gold_file(tmp_path, gold):
    rows = list(map(factory, NAMES))
    found = scored(tmp_path, gold, rows, join="position")
    assert (found.overall.hit, found.counts.conflicts) == (1, 0)
    assert "joined to the gold records by position" in " ".join(found.notes)
    assert scored(tmp_path, gold, rows[::-1], join="position").overall.hit < 1


def test_the_position_of_lmms_eval_is_its_doc_id(tmp_path, gold):
    rows = [log(2), log(0), log(1)]
    assert scored(tmp_path, gold, rows, join="position").overall.hit == 1
    with pytest.raises(DataError, match="position 2 occurs twice"):
        scored(tmp_path, gold, [*rows, log(2)], join="position")
    with pytest.raises(DataError, match="last position is 7"):
        scored(tmp_path, gold, [*rows[:2], {**log(1), "doc_id": 7}], join="position")
    with pytest.raises(DataError, match=r"p.jsonl:1: doc_id: expected a position"):
        scored(tmp_path, gold, [{**log(0), "doc_id": "x"}], join="position")


@pytest.mark.parametrize("names", ["ab", "abca"])
def test_as_many_rows_as_gold_records(names, tmp_path, gold):
    with pytest.raises(DataError, match=rf"{len(names)} rows cannot be joined .* 3 gold records"):
        scored(tmp_path, gold, list(map(factory, names)), join="position")


def test_a_failed_request_has_a_position_too(tmp_path, gold):
    def request(name):
        body = {"choices": [{"message": {"content": POINTS[name]}}]}
        return {"custom_id": "x", "response": {"status_code": 200, "body": body}, "error": None}

    rows = [request("a"), {"custom_id": "x", "response": None, "error": "no"}, request("c")]
    found = scored(tmp_path, gold, rows, join="position").overall
    assert (found.hit, found.status["missing"]) == (pytest.approx(2 / 3), 1)


def test_positions_are_those_of_the_split(tmp_path):
    splits = {"a": "train", "b": "val", "c": "val"}
    samples = [make_sample(name, split=split) for name, split in splits.items()]
    dataset = write_rows(tmp_path / "samples.jsonl", samples)
    rows = [{"prompt": "?", "predict": "[100, 100, 200, 140]", "label": ""}] * 2
    words = {"frame": "resized", "join": "position"}
    assert evaluate(write(tmp_path, rows), dataset, split="val", **words).overall.hit == 1
    with pytest.raises(DataError, match="2 rows cannot be joined"):
        evaluate(write(tmp_path, rows), dataset, **words)


def test_what_cannot_be_joined_so(tmp_path, gold):
    rows = list(map(factory, NAMES))
    with pytest.raises(OptionError, match="--gold FILE"):
        evaluate(write(tmp_path, rows), frame="pixel", join="position")
    with pytest.raises(OptionError, match="valid: id, key, position"):
        scored(tmp_path, gold, rows, join="row")
    boxes = [{"image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4], "score": 1}]
    with pytest.raises(OptionError, match="--join"):
        scored(tmp_path, gold, boxes, join="position")


def test_the_report_is_the_same_with_workers(tmp_path, gold):
    rows = [{"id": f"{name}.png#open {name} ", "text": POINTS[name]} for name in (*NAMES, "a")]
    alone, shared = (scored(tmp_path, gold, rows, workers=workers) for workers in (1, 2))
    assert alone == shared
    assert (alone.counts.duplicates, alone.overall.hit) == (1, 1)


# --- nothing fits --------------------------------------------------------------------------------


def test_no_row_for_any_question_is_an_error_and_no_score(tmp_path, gold):
    with pytest.raises(GroundkitError) as caught:
        scored(tmp_path, gold, list(map(factory, NAMES)))
    assert "'row-1' here" in str(caught.value) and "--join position" in str(caught.value)
    dataset = write_rows(tmp_path / "samples.jsonl", [make_sample("a")])
    with pytest.raises(DataError, match="no prediction is for"):
        evaluate(write_rows(tmp_path / "q.jsonl", [predict(make_gold("b"))]), dataset)


def test_one_row_that_fits_is_enough_for_figures(tmp_path, gold):
    rows = [{"id": "a.png#open a", "text": POINTS["a"]}, {"id": "x", "text": POINTS["b"]}]
    found = scored(tmp_path, gold, rows)
    assert (found.counts.unknown, found.overall.status["missing"]) == (1, 2)


def test_what_a_row_leaves_open_is_no_conflict(tmp_path, gold):
    rows = [
        {"img": f"{name}.png", "q": f"open {name}", "text": POINTS[name], "box": BOXES[name]}
        for name in NAMES
    ]
    fields = {"image": "img", "instruction": "q"}
    assert scored(tmp_path, gold, rows, fields=fields).counts.conflicts == 0
    rows[0]["box"] = [1, 2, 3, 4]
    assert scored(tmp_path, gold, rows, fields=fields).counts.conflicts == 1


def test_a_frame_beside_another_of_the_family_is_noted(tmp_path, gold):
    rows = [{"id": "a.png#open a", "text": POINTS["a"]}]
    path = write(tmp_path, rows)
    words = {"benchmark": "screenspot-v2", "family": find_family("qwen2.5-vl")}
    notes = evaluate(path, gold, frame="pixel", **words).notes
    assert any("read in pixel, as --frame says, not in resized" in note for note in notes)
    for frame in (None, "resized"):
        notes = evaluate(path, gold, frame=frame, **words).notes
        assert not any("--frame" in note for note in notes)
