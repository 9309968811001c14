import io

import msgspec
import pytest

from groundkit.metrics.judge import judge
from groundkit.metrics.verdicts import Failures, VerdictWriter, WorstCases, make_verdicts
from groundkit.records import Verdict
from tests.metrics.builders import answer, make_batch, make_gold, spread

GOLD = make_gold("a")


def verdict(text, folder="", gold=GOLD) -> Verdict:
    batch = make_batch([gold], [text])
    return make_verdicts(batch, judge(batch), folder)[0]


def test_a_full_score_has_no_reason():
    assert verdict(answer(GOLD, GOLD.box)) == Verdict(
        id="a",
        status="scored",
        reason="",
        rule="ref-box",
        box=(100.0, 100.0, 200.0, 140.0),
        point=(150.0, 120.0),
        gold_box=(100, 100, 200, 140),
        iou=1.0,
        hit=True,
        on_edge=False,
        distance=0.0,
        type_correct=True,
        name_correct=True,
        edits=0,
        name_length=2,
        out_of_image=False,
        type="text",
        size="medium",
        screen="",
        source="coco",
        split="train",
        image="images/a.png",
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "<ref>按钮-x</ref><box>[[900, 0, 1100, 9]]</box>",
            "centre outside the gold box, IoU below 0.5, wrong type, wrong name, "
            "box leaves the image",
        ),
        ("<ref>文本-地址</ref><box>[[101, 100, 200, 140]]</box>", "box not exact"),
        (None, "no prediction"),
        ("hm", "no coordinates in the text"),
        ("[]", "says that there is no such element"),
        ("<box>[[2, 0, 1, 1]]</box>", "inverted box"),
    ],
)
def test_reasons(text, reason):
    assert verdict(text).reason == reason


def test_no_box_has_no_numbers():
    found = verdict("hm")
    assert (found.box, found.distance, found.iou) == (None, None, 0.0)


def test_image_paths_are_relative_to_the_file_that_holds_the_verdict():
    assert verdict("hm", "../data").image == "../data/images/a.png"
    assert verdict("hm", "../data", make_gold(image="/abs/a.png")).image == "/abs/a.png"


def test_the_encoded_rows_are_the_verdicts():
    golds = spread(20)
    texts = [
        (None, "hm", "[]", answer(gold, (1, 2, 300, 200)))[n % 4] for n, gold in enumerate(golds)
    ]
    batch = make_batch(golds, texts)
    judged = judge(batch)
    file = io.BytesIO()
    VerdictWriter("../data", file).add(batch, judged)
    lines = file.getvalue().splitlines()
    found = [msgspec.json.decode(line, type=Verdict) for line in lines]
    assert found == make_verdicts(batch, judged, "../data")
    assert list(msgspec.json.decode(lines[0])) == list(Verdict.__struct_fields__)


def rows(count, offset=0):
    """Misses that get farther with the row, a hit, an unreadable and a perfect answer."""
    golds = [make_gold(f"{offset + row:03d}") for row in range(count + 3)]
    texts = [f"<box>[[{300 + row}, 300, {320 + row}, 320]]</box>" for row in range(count)]
    texts += ["<box>[[110, 100, 200, 140]]</box>", "hm", answer(GOLD, GOLD.box)]
    return golds, texts


def test_the_worst_come_first_whatever_the_batches():
    golds, texts = rows(5)
    for sizes in ([8], [3, 5], [1] * 8):
        worst, start = WorstCases(7, ""), 0
        for size in sizes:
            batch = make_batch(golds[start : start + size], texts[start : start + size])
            worst.add(batch, judge(batch))
            start += size
        cases = worst.cases
        # farthest miss first, then the unreadable one (006), then the loose hit (005)
        ids = [case.verdict.id for case in cases]
        assert ids == ["004", "003", "002", "001", "000", "006", "005"]
        assert cases[5].text == "hm"


@pytest.mark.parametrize("limit", [0, 1, 3])
def test_the_limit_holds_and_ties_go_by_id(limit):
    golds = [make_gold(f"{99 - row}") for row in range(50)]
    batch = make_batch(golds, [None] * 50)
    worst = WorstCases(limit, "")
    worst.add(batch, judge(batch))
    worst.add(make_batch(golds[:1], [None]), judge(make_batch(golds[:1], [None])))
    assert [case.verdict.id for case in worst.cases] == ["50", "51", "52"][:limit]


def test_failures_are_counted_with_their_first_example():
    texts = ["hm", "[]", "well", None, answer(GOLD, GOLD.box)]
    batch = make_batch([make_gold(str(row)) for row in range(5)], texts)
    failures = Failures()
    failures.add(batch, judge(batch))
    found = [(f.status, f.n, f.example_id, f.example) for f in failures.ranked()]
    assert found == [
        ("unparsable", 2, "0", "hm"),
        ("missing", 1, "3", None),
        ("refused", 1, "1", "[]"),
    ]


def test_an_exact_box_in_relative_numbers_is_exact():
    gold = make_gold(box=(33, 33, 66, 60), width=91, height=97)
    box = [33 / 91, 33 / 97, 66 / 91, 60 / 97]
    batch = make_batch([gold], [answer(gold, box)], "norm1")
    assert make_verdicts(batch, judge(batch), "")[0].reason == ""


def test_exact_boxes_with_wrong_words_come_last_of_the_worst():
    golds = [make_gold(str(row)) for row in range(5)]
    exact = "<box>[[100, 100, 200, 140]]</box>"
    texts = [
        f"<ref>文本-地址</ref>{exact}",
        f"<ref>文本-地点</ref>{exact}",
        f"<ref>按钮-地点</ref>{exact}",
        "<ref>文本-地址</ref><box>[[100, 100, 200, 140.000001]]</box>",
        None,
    ]
    batch = make_batch(golds, texts)
    worst = WorstCases(9, "")
    worst.add(batch, judge(batch))
    assert [case.verdict.id for case in worst.cases] == ["4", "3", "2", "1"]


@pytest.mark.parametrize("limit", [1, 4, 30, 500])
def test_the_worst_of_many_batches_are_those_of_one(limit):
    golds = spread(300)
    texts = [f"<box>[[{row * 7 % 50}, 5, 60, 40]]</box>" for row in range(300)]
    whole, parts = WorstCases(limit, ""), WorstCases(limit, "")
    whole.add(make_batch(golds, texts), judge(make_batch(golds, texts)))
    for start in range(0, 300, 7):
        batch = make_batch(golds[start : start + 7], texts[start : start + 7])
        parts.add(batch, judge(batch))
        assert len(parts._kept) < 2 * limit
    assert parts.cases == whole.cases
    assert len(parts.cases) == min(limit, 300)
