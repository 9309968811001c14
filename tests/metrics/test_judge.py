import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundkit.geometry import FRAME_NAMES, Frame, convert
from groundkit.metrics.judge import STATUSES, judge
from tests.metrics.builders import answer, figure, make_batch, make_gold, summary_of

GOLD = make_gold(box=(100, 100, 200, 140), name="地址")  # centre (150, 120), 100 x 40 px


def judge_one(text, frame="resized", edges="closed", gold=GOLD):
    scores = judge(make_batch([gold], [text], frame), edges).scores
    row = {name: getattr(scores, name)[0].item() for name in scores.__dataclass_fields__}
    return {**row, "status": STATUSES[row["status"]]}


def test_the_right_answer():
    assert judge_one(answer(GOLD, GOLD.box)) == {
        "status": "scored",
        "present": True,
        "is_point": False,
        "iou": 1.0,
        "hit": True,
        "on_edge": False,
        "typed": True,
        "named": True,
        "naming": True,
        "distance": 0.0,
        "type_correct": True,
        "name_correct": True,
        "edits": 0,
        "name_length": 2,
        "endless": False,
        "out_of_image": False,
        "degenerate": False,
        "size": 2,  # sqrt(4000) = 63: medium
    }


def test_a_shifted_box_with_a_wrong_name():
    found = judge_one("<ref>文本-地点</ref><box>[[160, 130, 260, 170]]</box>")
    # overlap 40 x 10 = 400 of 4000 + 4000 - 400; centres (150, 120) and (210, 150)
    assert found["iou"] == pytest.approx(400 / 7600)
    assert found["hit"] is False
    assert found["distance"] == pytest.approx(math.hypot(60, 30))
    assert (found["type_correct"], found["name_correct"], found["edits"]) == (True, False, 1)


def test_the_type_word_counts_in_any_language():
    assert judge_one("<ref>Text-地址</ref><box>[[0, 0, 9, 9]]</box>")["type_correct"]
    assert not judge_one("<ref>按钮-地址</ref><box>[[0, 0, 9, 9]]</box>")["type_correct"]
    assert not judge_one("<ref>nonsense-地址</ref><box>[[0, 0, 9, 9]]</box>")["type_correct"]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (None, "missing"),
        ("", "unparsable"),
        ("the address field", "unparsable"),
        ("[]", "refused"),
        ("Target not existent", "refused"),
        ("<box>[[200, 100, 100, 140]]</box>", "invalid"),
        ("<ref>文本-地址</ref><box>[[100, 140, 200, 100]]</box>", "invalid"),
        ("<box>[[1, 2, 3, 99999999999]]</box>", "invalid"),
        ("<box>[[nan, 2, 3, 4]]</box>", "invalid"),
        pytest.param("a" * (1 << 20), "unparsable", id="1 MiB of a"),
        pytest.param("<box>[[" * 150_000, "unparsable", id="1 MB of opened boxes"),
    ],
)
def test_rows_without_a_box_are_wrong_and_keep_their_characters(text, status):
    found = judge_one(text)
    assert math.isnan(found.pop("distance"))
    assert found == {
        "status": status,
        "present": True,
        "is_point": False,
        "iou": 0.0,
        "hit": False,
        "on_edge": False,
        "typed": True,
        "named": True,
        "naming": False,
        "type_correct": False,
        "name_correct": False,
        "edits": 2,
        "name_length": 2,
        "endless": False,
        "out_of_image": False,
        "degenerate": False,
        "size": 2,
    }


def test_an_empty_gold_name_must_be_written_as_one():
    gold = make_gold(name="")
    assert judge_one("<ref>文本-</ref><box>[[0, 0, 9, 9]]</box>", gold=gold)["name_correct"]
    for text in (None, "no", "<box>[[0, 0, 9, 9]]</box>", "[0, 0, 9, 9]"):
        assert not judge_one(text, gold=gold)["name_correct"]


def test_a_box_at_the_origin_is_never_invented():
    """A text without a box must not hit a target at the origin (as [0, 0, 0, 0] would)."""
    assert not judge_one("no idea", gold=make_gold(box=(0, 0, 50, 50)))["hit"]


@pytest.mark.parametrize(
    ("frame", "box"),
    [
        # the image is 1000 x 500 px and was 2000 x 2000 px
        ("resized", (100, 100, 200, 140)),
        ("pixel", (200, 400, 400, 560)),
        ("norm1", (0.1, 0.2, 0.2, 0.28)),
        ("percent", (10, 20, 20, 28)),
        ("norm1000", (100, 200, 200, 280)),
        ("norm999", (99.9, 199.8, 199.8, 279.72)),
        ("norm1024", (102.4, 204.8, 204.8, 286.72)),
    ],
)
def test_every_frame_is_converted_with_its_own_x_and_y_scale(frame, box):
    assert judge_one(answer(GOLD, box), frame)["iou"] == pytest.approx(1, abs=1e-9)


def judge_shapes(frame, left, right):
    """Boxes given as shifts of the left and right edge of a gold box, written in `frame`."""
    golds, texts = [], []
    for row in range(400):
        width, height, original = 203 + 7 * row % 1300, 211 + 11 * row % 900, (640 + row, 777)
        x, y, side = row * 13 % 100, row * 17 % 90, 10 + 2 * (row % 40)
        box = (x, y, x + side, y + 21)
        golds.append(make_gold(str(row), box, width=width, height=height, original=original))
        size = original if frame == "pixel" else (width, height)
        shape = (x + left(side), y, x + right(side), y + 21)
        written = convert(shape, Frame("resized", (width, height)), Frame(frame, size))
        texts.append(f"<box>[[{', '.join(map(repr, written.tolist()))}]]</box>")
    return make_batch(golds, texts, frame)


@pytest.mark.parametrize("frame", FRAME_NAMES)
def test_ties_do_not_depend_on_the_frame(frame):
    half = judge_shapes(frame, lambda side: 0, lambda side: side // 2)
    assert figure(half, "iou@0.5") == 1
    exact = judge(judge_shapes(frame, lambda side: 0, lambda side: side)).scores
    assert (exact.iou == 1).all()
    assert not exact.out_of_image.any()
    # centres at the right edge, and a tenth of a pixel right of it
    for left, right, hits in ((3, 3, 1), (0.3, 0.3, 1), (2.8, 3, 0)):
        batch = judge_shapes(
            frame, lambda side, left=left: side - left, lambda side, right=right: side + right
        )
        assert figure(batch, "hit") == hits


@pytest.mark.parametrize(("edges", "hit"), [("closed", True), ("half-open", False)])
def test_edges(edges, hit):
    # centre (200, 120): on the right edge of the gold box
    assert judge_one("<box>[[190, 110, 210, 130]]</box>", edges=edges)["hit"] is hit


def test_a_box_that_leaves_the_image_is_flagged_and_scored_as_it_is():
    found = judge_one("<box>[[-100, 100, 200, 140]]</box>")
    assert found["out_of_image"]
    assert found["iou"] == pytest.approx(4000 / 12000)


def test_a_point_has_a_hit_but_no_overlap():
    found = judge_one("<box>[[150, 120, 150, 120]]</box>")
    assert (found["hit"], found["iou"], found["degenerate"]) == (True, 0.0, True)


@given(st.lists(st.text(max_size=40) | st.none(), min_size=1, max_size=8))
def test_each_row_is_judged_on_its_own(texts):
    golds = [make_gold(f"g{row}") for row in range(len(texts))]
    together = judge(make_batch(golds, texts)).scores
    alone = [
        judge(make_batch([gold], [text])).scores for gold, text in zip(golds, texts, strict=True)
    ]
    for name in together.__dataclass_fields__:
        rows = np.concatenate([getattr(scores, name) for scores in alone])
        np.testing.assert_array_equal(getattr(together, name), rows)


# --- points, refusals, polygons, several boxes ---------------------------------------------------


def test_a_point_hits_and_has_no_iou():
    found = judge_one("<point>150 120</point>")
    assert (found["status"], found["is_point"], found["hit"]) == ("scored", True, True)
    assert (found["iou"], found["distance"], found["degenerate"]) == (0, 0, False)
    assert not judge_one("(201, 120)")["hit"]


@pytest.mark.parametrize(
    ("edges", "hits"), [("closed", (1, 1, 1)), ("half-open", (1, 0, 1)), ("open", (0, 0, 1))]
)
def test_a_point_on_the_edge_is_told(edges, hits):
    """Left edge, right edge, inside of (100, 100, 200, 140)."""
    rows = [judge_one(text, edges=edges) for text in ("(100, 120)", "(200, 120)", "(150, 120)")]
    assert tuple(row["hit"] for row in rows) == hits
    assert [row["on_edge"] for row in rows] == [True, True, False]


def test_the_first_of_several_answers_is_scored():
    first = judge_one("<box>[[100, 100, 200, 140]]</box><box>[[5, 6, 7, 8]]</box>")
    assert (first["hit"], first["iou"]) == (True, 1)
    second = judge_one("<box>[[5, 6, 7, 8]]</box><box>[[100, 100, 200, 140]]</box>")
    assert (second["hit"], second["iou"]) == (False, 0)


@pytest.mark.parametrize(
    ("text", "hit", "status"),
    [
        ("Target not existent", True, "refused"),
        ("(150, 120)", False, "scored"),
        ("I do not know", False, "unparsable"),
        (None, False, "missing"),
    ],
)
def test_where_there_is_nothing_to_find_only_a_refusal_is_right(text, hit, status):
    found = judge_one(text, gold=make_gold(box=None, absent=True))
    assert (found["hit"], found["status"], found["present"]) == (hit, status, False)
    assert math.isnan(found["distance"])


def test_a_polygon_is_hit_inside_only():
    """The triangle (0, 0), (100, 0), (0, 100); its box holds (90, 90), itself it does not."""
    gold = make_gold(box=None, polygon=(0, 0, 100, 0, 0, 100))
    inside, beside, edge = (
        judge_one(text, gold=gold) for text in ("(10, 10)", "(90, 90)", "(50, 50)")
    )
    assert (inside["hit"], beside["hit"], edge["hit"]) == (True, False, True)
    assert (edge["on_edge"], inside["on_edge"]) == (True, False)
    # The box of the triangle: 5,000 of 10,000 px.
    assert judge_one("[0, 0, 100, 100]", gold=gold)["iou"] == pytest.approx(0.5)


def test_any_of_several_boxes_is_right():
    gold = make_gold(box=None, boxes=((0, 0, 10, 10), (100, 100, 200, 140)))
    assert judge_one("[100, 100, 200, 140]", gold=gold)["iou"] == 1
    assert judge_one("(5, 5)", gold=gold)["hit"]
    assert not judge_one("(50, 50)", gold=gold)["hit"]


def test_what_is_not_known_about_the_gold_is_no_mistake():
    summary = summary_of(make_batch([make_gold(type="", name=None)], ["(150, 120)"]))
    assert [summary[name] for name in ("type", "name", "cer", "hit")] == [None, None, None, 1]
