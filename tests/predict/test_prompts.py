import json

import pytest
from msgspec import structs

from groundkit.contract import Contract, contract_for_family
from groundkit.dataset.prompts import write_prompt
from groundkit.errors import DataError, OptionError
from groundkit.metrics.evaluate import evaluate
from groundkit.models.contracts import contract_of_server
from groundkit.predict.prompts import OURS, STYLES, Prompt, ask, choose_prompt, point_in
from groundkit.predict.questions import make_questions, to_prediction
from groundkit.predict.samples import gold_of
from groundkit.records import Marker
from tests.metrics.builders import make_sample, write_rows

PLAIN = Contract()
SAMPLE = make_sample(point=(150, 120))  # of 1000x500, original 2000x2000
STAR = Marker(shape="star", color="green", radius=9.0, clipped=False)


def own(point=(150, 120), template="", marker=None):
    words = write_prompt(point, marker, "zh", template)
    fields = {name: getattr(SAMPLE, name) for name in SAMPLE.__struct_fields__}
    return type(SAMPLE)(**{**fields, "prompt": words, "marker": marker})


@pytest.mark.parametrize(
    ("frame", "seen", "point"),
    [
        ("resized", (1000, 500), (150, 120)),
        ("resized", (500, 1000), (75, 240)),
        ("pixel", (500, 250), (300, 480)),
        ("norm1000", (1000, 500), (150, 240)),
        ("norm999", (1000, 500), (150, 240)),
        ("norm1", (1000, 500), (0.15, 0.24)),
        ("percent", (1000, 500), (15.0, 24.0)),
    ],
)
def test_the_point_is_in_the_frame_of_the_model(frame, seen, point):
    assert point_in(SAMPLE, frame, seen) == point


def test_our_prompt_is_the_samples_own_to_the_letter(tmp_path):
    prompt = choose_prompt(None, PLAIN, tmp_path, [SAMPLE])
    assert ask(SAMPLE, prompt, "resized", (1000, 500)) == ("", "?")


def test_our_prompt_is_said_anew_where_the_numbers_are_others(tmp_path):
    sample = own(marker=STAR)
    prompt = choose_prompt(OURS, PLAIN, tmp_path, [sample])
    assert "点[75,60]所处位置(也即是图中绿色" in ask(sample, prompt, "resized", (500, 250)).after
    assert "点[150,240]所处位置" in ask(sample, prompt, "norm1000", (1000, 500)).after


def test_words_of_a_dataset_are_in_its_manifest(tmp_path):
    template = "At {x} and {y}?<image>"
    (tmp_path / "dataset.json").write_text(json.dumps({"options": {"template": template}}))
    sample = own(template=template)
    prompt = choose_prompt(None, PLAIN, tmp_path, [sample])
    assert ask(sample, prompt, "norm1000", (1000, 500)) == ("At 150 and 240?", "")


def test_numbers_in_unknown_words_are_not_left_in_the_wrong_frame():
    with pytest.raises(DataError, match=r"the words of 'a' are not known.*--prompt FILE"):
        ask(SAMPLE, Prompt(OURS, "", True), "norm1000", (1000, 500))


def test_the_contract_knows_the_words_of_its_model(tmp_path):
    contract = Contract(prompt="{color} {marker} at {x},{y}")
    with pytest.raises(OptionError, match="name a marker, which some images of the dataset lack"):
        choose_prompt(None, contract, tmp_path, [SAMPLE])
    sample = own(marker=STAR)
    prompt = choose_prompt(None, contract, tmp_path, [sample])
    assert ask(sample, prompt, "resized", (1000, 500)).after == "绿色 五角星 at 150,120"
    assert choose_prompt(OURS, contract, tmp_path, [sample]).verbatim


@pytest.mark.parametrize("style", STYLES)
def test_styles_of_other_families_name_the_point_in_their_frame(tmp_path, style):
    family = contract_for_family(style)
    prompt = choose_prompt(style, family, tmp_path, [SAMPLE])
    point = "150" + ", 120" * (style == "qwen2.5-vl") + ",240" * (style != "qwen2.5-vl")
    words = ask(SAMPLE, prompt, family.frame, (1000, 500))
    assert f"({point})" in words.after
    assert words.before == "" and "{x}" not in words.after


# The right answer to a question about (125, 125, 250, 250) in an image of 1000x500, as each family
# writes it. In thousandths that is (125, 250, 250, 500). Qwen2.5-VL and UI-TARS 1.5 see 36 x 18
# cells of 28 px, 1008x504, in which it is (126, 126, 252, 252), its centre (189, 189).
@pytest.mark.parametrize(
    ("model", "style", "text", "iou"),
    [
        (
            "Qwen/Qwen2.5-VL-7B-Instruct",
            "qwen2.5-vl",
            '```json\n[{"bbox_2d": [126, 126, 252, 252], "label": "button-OK"}]\n```',
            1,
        ),
        (
            "Qwen/Qwen3-VL-8B-Instruct",
            "qwen2.5-vl",
            '```json\n[{"bbox_2d": [125, 250, 250, 500], "label": "button-OK"}]\n```',
            1,
        ),
        (
            "Qwen/Qwen2-VL-7B-Instruct",
            "ours",
            "<|object_ref_start|>OK<|object_ref_end|><|box_start|>(125,250),(250,500)<|box_end|>",
            1,
        ),
        (
            "ByteDance-Seed/UI-TARS-7B-DPO",
            "ui-tars",
            "Thought: Click it.\nAction: click(start_box='(188,375)')",
            0,
        ),
        (
            "ByteDance-Seed/UI-TARS-7B-DPO",
            "ui-tars",
            "Action: click(start_box='<|box_start|>(188,375)<|box_end|>')",
            0,
        ),
        ("ByteDance-Seed/UI-TARS-1.5-7B", "ui-tars", "Action: click(start_box='(189,189)')", 0),
        (
            "ByteDance-Seed/UI-TARS-1.5-7B",
            "ui-tars",
            "Action: click(point='<point>189 189</point>')",
            0,
        ),
        (
            "OS-Copilot/OS-Atlas-Base-7B",
            "os-atlas",
            "<|object_ref_start|>OK<|object_ref_end|><|box_start|>(125,250),(250,500)<|box_end|>",
            1,
        ),
        ("OS-Copilot/OS-Atlas-Base-7B", "os-atlas", "<|box_start|>[[125, 250, 250, 500]]", 1),
        ("OS-Copilot/OS-Atlas-Base-4B", "os-atlas", "OK[[188,375]]", 0),
    ],
)
def test_answers_of_the_families_are_read_in_the_frame_they_are_in(
    tmp_path, model, style, text, iou
):
    contract = contract_of_server(model).contract
    fields = {"prompt": write_prompt((150, 120), None, "zh", ""), "box": (125, 125, 250, 250)}
    sample = structs.replace(SAMPLE, **fields)
    prompt = choose_prompt(style, contract, tmp_path, [sample])
    (question,) = make_questions([sample], tmp_path, contract, prompt)
    row = to_prediction(question, text, contract, model, gold_of(sample))
    found = evaluate(write_rows(tmp_path / "p.jsonl", [row])).overall
    assert (found.hit, found.iou) == (1, iou)


def test_a_file_of_ones_own(tmp_path):
    path = tmp_path / "words.txt"
    path.write_text("Look: <image> what is at {x}/{y}?", encoding="utf-8")
    prompt = choose_prompt(str(path), PLAIN, tmp_path, [SAMPLE])
    words = ask(SAMPLE, prompt, "norm1", (1000, 500))
    assert words == ("Look: ", " what is at 0.15/0.24?")
    path.write_text("{x} {y} {marker}", encoding="utf-8")
    with pytest.raises(OptionError, match=r"a field \{marker\} that nothing fills"):
        choose_prompt(str(path), PLAIN, tmp_path, [SAMPLE])
    with pytest.raises(OptionError, match=r"no prompt 'nowhere.txt'; valid: ours, qwen2.5-vl"):
        choose_prompt("nowhere.txt", PLAIN, tmp_path, [SAMPLE])
