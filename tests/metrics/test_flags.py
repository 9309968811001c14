import msgspec
import pytest

from groundkit.metrics import flags as module
from groundkit.metrics.aggregate import Figure, Summary
from groundkit.metrics.diagnose import Reading
from groundkit.metrics.flags import Counts, Signs, find_flags, only_answered, percentage


def summary(n=1000, hit=0.4, **status) -> Summary:
    full = {"missing": 0, "refused": 0, "unparsable": 0, "invalid": 0, **status}
    return Summary(
        n=n,
        absent=0,
        metrics={"hit": Figure(value=hit, n=n), "iou": Figure(value=0.5, n=n)},
        points=0,
        on_edge=0,
        out_of_image=0,
        naming=n,
        status={"scored": n - sum(full.values()), **full},
    )


def counts(**fields) -> Counts:
    names = Counts.__struct_fields__
    return Counts(**{**dict.fromkeys(names, 0), "rows": 1000, "examples": {}, **fields})


def flags(means=None, odd=None, **signs):
    found = find_flags(means or summary(), odd or counts(), Signs(**signs))
    return {flag.kind: (flag.level, flag.message) for flag in found}


def test_nothing_wrong_nothing_flagged():
    assert flags() == {}


def test_questions_that_say_the_point():
    assert flags(pointed=499) == {}
    assert flags(pointed=1000)["given-point"] == (
        "note",
        "1,000 of 1,000 (100.0 %) questions say the point: any box around it hits, its IoU is "
        "what tells",
    )
    only_points = msgspec.structs.replace(summary(), points=1000)
    assert "given-point" not in flags(only_points, pointed=1000)


def test_a_frame_mistake_names_the_option():
    reading = Reading(
        frame="norm1000",
        swapped=False,
        hit=0.931,
        iou=0.8,
        declared_hit=0.042,
        declared_iou=0.02,
        n=1000,
    )
    assert flags(reading=reading)["frame"] == (
        "warning",
        "predictions fit only as norm1000 (hit 0.93 instead of 0.04): a frame mistake? "
        "declare it with --frame norm1000",
    )


def test_swapped_axes_have_no_option_to_name():
    reading = Reading(
        frame="resized", swapped=True, hit=0.9, iou=0.8, declared_hit=0.1, declared_iou=0.05, n=10
    )
    message = flags(reading=reading)["frame"][1]
    assert "resized with x and y swapped" in message
    assert "--frame" not in message


@pytest.mark.parametrize("kind", ["missing", "refused", "unparsable", "invalid"])
def test_many_failures_warn_and_few_are_noted(kind):
    assert flags(summary(**{kind: 50}))[kind][0] == "warning"
    level, message = flags(summary(**{kind: 49}))[kind]
    assert level == "note"
    assert message.startswith("49 of 1,000 (4.9 %) ")


@pytest.mark.parametrize(
    ("kind", "field", "level"),
    [
        ("duplicates", "duplicates", "warning"),
        ("unknown", "unknown", "warning"),
        ("other-split", "other_split", "note"),
        ("out-of-image", "out_of_image", "note"),
        ("conflicts", "conflicts", "warning"),
    ],
)
def test_odd_rows_are_counted(kind, field, level):
    found = flags(odd=counts(**{field: 3}))
    assert found[kind][0] == level
    assert found[kind][1].startswith("3 of 1,000 (0.3 %) ")


def test_one_box_for_all_points_and_unnamed_answers():
    found = flags(odd=counts(degenerate=900, unnamed=1000), constant_box=True)
    assert found["constant-box"][1] == "all 1,000 predicted boxes have the same numbers"
    assert found["degenerate"][0] == "warning"
    assert found["unnamed"][0] == "note"


def test_one_box_is_no_pattern_among_few():
    assert "constant-box" not in flags(summary(n=9), constant_box=True)
    assert flags(summary(n=9))["few"][1] == "9 samples are too few to compare models"
    assert flags(summary(n=1))["few"][1] == "1 sample is too few to compare models"


def test_ids_are_shown_as_examples():
    examples = {"unknown": "S1", "dataset": "s1", "duplicates": "a\x1b"}
    found = flags(odd=counts(unknown=2, duplicates=1, examples=examples))
    assert found["unknown"][1].endswith("; for example 'S1' where the dataset has 's1'")
    assert found["duplicates"][1].endswith(r"; for example 'a\x1b'")


def test_inverted_boxes_hint_at_width_and_height():
    question = "x, y, width, height instead of corners?"
    found = flags(summary(invalid=600, unparsable=100), counts(inverted=590))["invalid"][1]
    assert found.endswith(f"; 590 inverted boxes: {question}")
    assert question not in flags(summary(invalid=600), counts(inverted=300))["invalid"][1]
    few = flags(summary(n=4, invalid=1), counts(inverted=1))["invalid"][1]
    assert few.endswith(f"; 1 inverted box: {question}")


@pytest.mark.parametrize(("inverted", "hinted"), [(1, False), (200, False), (201, True)])
def test_some_inverted_boxes_among_good_ones_are_slips(inverted, hinted):
    found = flags(summary(invalid=inverted), counts(inverted=inverted))["invalid"][1]
    assert ("corners?" in found) is hinted


def test_the_same_box_is_no_fault_where_it_is_right():
    assert "constant-box" in flags(summary(hit=0.49), constant_box=True)
    assert "constant-box" not in flags(summary(hit=0.5), constant_box=True)
    # 250 of 1,000 samples hit, of 500 boxes: half of the boxes
    assert "constant-box" not in flags(summary(hit=0.25, missing=500), constant_box=True)


def test_a_frame_mistake_that_costs_no_hits_is_told_by_the_overlap():
    reading = Reading(
        frame="pixel", swapped=False, hit=1, iou=0.967, declared_hit=1, declared_iou=0.816, n=41
    )
    assert flags(reading=reading)["frame"][1] == (
        "predictions fit better as pixel (mean IoU 0.97 instead of 0.82): a frame mistake? "
        "declare it with --frame pixel"
    )


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        *(
            (0, "0.0"),
            (1 / 3000, "<0.1"),
            (0.0005, "0.1"),
            (0.9994, "99.9"),
            (2999 / 3000, ">99.9"),
        ),
        *((1, "100.0"), (sum([0.1] * 10), "100.0")),
    ],
)
def test_only_all_is_100_percent_and_only_nothing_is_0(share, expected):
    assert percentage(share) == expected


def test_unknown_type_words_and_runaway_names():
    assert "type-words" not in flags(odd=counts(unknown_types=499))
    level, message = flags(odd=counts(unknown_types=500))["type-words"]
    assert level == "warning"
    assert message.startswith("500 of 1,000 (50.0 %) answers have a <ref> without a known type")
    assert flags(odd=counts(runaway=1))["runaway"][1] == (
        "1 of 1,000 (0.1 %) answers hold more than half of the character edits: the CER is theirs"
    )


def test_one_split_answered_names_the_option():
    unanswered = summary(n=900, missing=900)
    splits = {"train": unanswered, "val": summary(n=100, missing=7)}
    assert only_answered(splits) == "val"
    assert only_answered({"train": summary(), "val": summary()}) is None
    assert only_answered({"val": summary()}) is None
    found = flags(summary(missing=907), only_split="val")["missing"][1]
    assert found.endswith(
        "samples have no prediction, every one that has is of the split val: --split val?"
    )


def test_the_frame_that_the_rows_declare_is_no_option_to_add():
    reading = Reading(
        frame="norm1000",
        swapped=False,
        hit=0.9,
        iou=0.8,
        declared_hit=0.1,
        declared_iou=0.05,
        n=99,
        overruled=True,
    )
    message = flags(reading=reading)["frame"][1]
    assert message.endswith("the rows declare it: drop --frame")


def test_warnings_come_first_and_the_most_serious_of_them():
    reading = Reading(
        frame="norm1", swapped=False, hit=0.9, iou=0.8, declared_hit=0.1, declared_iou=0.05, n=99
    )
    tens = dict.fromkeys(Counts.__struct_fields__[1:-1], 10)
    odd = counts(**{**tens, "unnamed": 990})
    means = summary(hit=0.1, missing=1, refused=500, unparsable=1, invalid=60)
    found = find_flags(means, odd, Signs(reading=reading, constant_box=True))
    assert [(flag.level, flag.kind) for flag in found if flag.level == "warning"] == [
        *(("warning", kind) for kind in ("frame", "conflicts", "constant-box", "unknown")),
        *(("warning", kind) for kind in ("invalid", "refused", "duplicates", "runaway")),
    ]
    notes = [flag.kind for flag in found if flag.level == "note"]
    assert notes == [
        "percent",
        "missing",
        "unparsable",
        "unnamed",
        "out-of-image",
        "gold",
        "other-split",
    ]


def test_every_kind_is_documented():
    for kind in module._KINDS:
        assert kind in module.Flag.__doc__
