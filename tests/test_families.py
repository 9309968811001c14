"""Model families: their frames, and the limits of their resizing."""

import pytest

from groundkit.errors import OptionError
from groundkit.families import MODEL_FAMILIES, find_family
from groundkit.geometry import FRAME_NAMES
from tests.metrics.builders import evaluate, make_gold, predict, write_rows


def test_every_family_names_a_frame_and_a_rule_where_it_needs_one():
    for name, family in MODEL_FAMILIES.items():
        assert family.frame in FRAME_NAMES, name
        assert (family.rule is not None) == (family.frame == "resized"), name


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
