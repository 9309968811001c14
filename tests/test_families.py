"""Model families: their frames, and the limits of their resizing."""

import pytest

from groundkit.errors import OptionError
from groundkit.families import MODEL_FAMILIES, Guess, find_family, guess_family
from tests.metrics.builders import evaluate, make_gold, predict, write_rows

# What each family writes, said a second time: the frames from the prompts, parsers and model cards
# of the families, as `families.py` says. A slip of the table here scores a whole model wrong.
FRAMES = {
    "norm1000": "qwen-vl qwen2-vl qwen3-vl ui-tars os-atlas uground-v1 internvl minicpm-v cogagent"
    " aria-ui seed-vl gemini florence-2",
    "resized": "qwen2.5-vl ui-tars-1.5 infigui-g1 gui-g2 gta1 holo1",
    "norm999": "step-gui gelab-zero deepseek-vl2",
    "norm1024": "paligemma",
    "percent": "molmo",
    "norm1": "seeclick showui aguvis kimi-vl moondream",
}
LIMITS = {"ui-tars-1.5": (78_400, 12_845_056), "infigui-g1": (3_136, 4_390_400)}


def test_every_family_writes_what_it_writes():
    known = {name: frame for frame, names in FRAMES.items() for name in names.split()}
    assert {name: family.frame for name, family in MODEL_FAMILIES.items()} == known
    for name, family in MODEL_FAMILIES.items():
        if family.frame != "resized":
            assert family.rule is None, name
            continue
        limits = (family.rule.min_pixels, family.rule.max_pixels)
        assert limits == LIMITS.get(name, (3_136, 12_845_056)), name
        assert family.rule.factor == 28, name


# Names of repositories as they are on the hub, and what people make of them.
NAMES = {
    "Qwen/Qwen-VL-Chat": "qwen-vl",
    "Qwen/Qwen2-VL-2B-Instruct": "qwen2-vl",
    "Qwen/Qwen2.5-VL-7B-Instruct": "qwen2.5-vl",
    "Qwen/Qwen2.5-VL-72B-Instruct-AWQ": "qwen2.5-vl",
    "Qwen/Qwen3-VL-4B-Instruct": "qwen3-vl",
    "qwen2_5_vl_7b_lora": "qwen2.5-vl",
    "ByteDance-Seed/UI-TARS-7B-DPO": "ui-tars",
    "ByteDance-Seed/UI-TARS-72B-SFT": "ui-tars",
    "ByteDance-Seed/UI-TARS-1.5-7B": "ui-tars-1.5",
    "ui-tars-v1.5": "ui-tars-1.5",
    "ui_tars_1_5": "ui-tars-1.5",
    "UI-TARS-2": None,
    "OS-Copilot/OS-Atlas-Base-7B": "os-atlas",
    "osunlp/UGround-V1-7B": "uground-v1",
    "inclusionAI/GTA1-7B-2507": "gta1",
    "inclusionAI/GUI-G2-7B": "gui-g2",
    "InfiX-ai/InfiGUI-G1-3B": "infigui-g1",
    "Hcompany/Holo1-7B": "holo1",
    "Hcompany/Holo1.5-7B": None,
    "OpenGVLab/InternVL2_5-8B": "internvl",
    "OpenGVLab/InternVL3-8B": "internvl",
    "openbmb/MiniCPM-V-2_6": "minicpm-v",
    "zai-org/cogagent-9b-20241220": "cogagent",
    "gemini-2.5-pro": "gemini",
    "allenai/Molmo-7B-D-0924": "molmo",
    "allenai/Molmo2-8B": None,
    "vikhyatk/moondream2": "moondream",
    "google/paligemma2-3b-pt-448": "paligemma",
    "stepfun-ai/GELab-Zero-4B-preview": "gelab-zero",
    "showlab/ShowUI-2B": "showui",
    "xlangai/Aguvis-7B-720P": "aguvis",
    "moonshotai/Kimi-VL-A3B-Instruct": "kimi-vl",
    "qwen2.5-vl-team/mine": None,
    "llava-1.5": None,
    "": None,
}


@pytest.mark.parametrize(("name", "family"), NAMES.items(), ids=NAMES)
def test_names_tell_families(name, family):
    assert guess_family(name) == (family and Guess(family, "name"))


@pytest.mark.parametrize(
    ("name", "model_type", "guess"),
    [
        ("mine", "qwen2_5_vl", Guess("qwen2.5-vl", "model_type")),
        ("Molmo2-8B", "qwen3_vl_moe", Guess("qwen3-vl", "model_type")),
        ("GTA1-7B", "qwen2_5_vl", Guess("gta1", "name")),
        ("UI-TARS-7B", "qwen2_vl", Guess("ui-tars", "name")),
        ("OS-Atlas-Base-4B", "internvl_chat", Guess("os-atlas", "name")),
        ("Qwen2.5-VL-7B-GTA1", "qwen2_5_vl", Guess("qwen2.5-vl", "name")),  # which are the same
        ("mine", "llava", None),
    ],
)
def test_types_tell_what_names_do_not(name, model_type, guess):
    assert guess_family(name, model_type) == guess


@pytest.mark.parametrize(
    ("name", "model_type", "message"),
    [
        ("ShowUI-2B-qwen2-vl", "qwen2_vl", "holds .* and .*, which write differently; say which: "),
        ("UI-TARS-7B-qwen2.5-vl", "", "write differently; say which: --model-family NAME"),
        ("UI-TARS-7B-new", "qwen2_5_vl", "sounds like ui-tars, which is not of the type qwen2_5"),
        ("Qwen2-VL-7B", "qwen2_5_vl", "sounds like qwen2-vl, which is not of the type qwen2_5"),
        ("molmo-data-sft", "qwen2_5_vl", "sounds like molmo, which is not of the type qwen2_5_vl"),
        ("gemini-distill-7b", "qwen2_5_vl", "sounds like gemini, which is not of the type"),
        ("Qwen2.5-VL-7B", "llava", r"sounds like qwen2\.5-vl, which is not of the type llava"),
    ],
)
def test_names_that_contradict_themselves_or_their_type(name, model_type, message):
    with pytest.raises(OptionError, match=message):
        guess_family(name, model_type)


def test_limits_replace_those_of_the_family():
    family = find_family("Qwen2.5-VL", max_pixels=1_003_520)
    # As smart_resize of transformers 5.23 has it.
    assert family.rule.apply((1920, 1080)) == (1316, 728)
    assert find_family("qwen2.5-vl").rule.apply((1920, 1080)) == (1932, 1092)
    assert find_family(None) is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("qwen9",), "--model-family: unknown model family 'qwen9'; valid: qwen-vl, qwen2-vl, "),
        (("molmo", 1), "molmo writes percent, which no resizing changes"),
        (("qwen2.5-vl", 9, 8), "no image has from 9 to 8 pixels"),
        (("qwen2.5-vl", 0), "no image has from 0 to"),
        ((None, 1), "--min-pixels: limits of which model?"),
    ],
)
def test_what_is_no_family_is_told(arguments, message):
    with pytest.raises(OptionError) as caught:
        find_family(*arguments)
    assert message in str(caught.value)


def test_a_family_reads_its_own_numbers(tmp_path):
    """A screenshot of 1920 x 1080 that Qwen2.5-VL sees as 1932 x 1092."""
    gold = make_gold(box=(960, 540, 1440, 810), width=1920, height=1080, original=None)
    file = write_rows(
        tmp_path / "p.jsonl", [predict(gold, '{"bbox_2d": [966, 546, 1449, 819]}', frame=None)]
    )
    assert evaluate(file, family=find_family("qwen2.5-vl")).overall.iou == 1
    # As pixels: 474 x 264 of 480 x 270 + 483 x 273 - 474 x 264.
    wrong = evaluate(file, frame="pixel")
    assert wrong.overall.iou == pytest.approx(125136 / 136323)
    assert "|frame:pixel|" in wrong.signature


def test_the_signature_names_the_limits(tmp_path):
    file = write_rows(tmp_path / "p.jsonl", [predict(make_gold())])
    found = evaluate(file, family=find_family("qwen2.5-vl", max_pixels=10**6))
    assert "|frame:resized(28,3136,1000000)|" in found.signature
