import pytest

from groundkit.metrics.aggregate import Summary
from groundkit.metrics.diagnose import Reading
from groundkit.metrics.flags import Counts, find_flags


def summary(n=1000, **status) -> Summary:
    full = {"missing": 0, "refused": 0, "unparsable": 0, "invalid": 0, **status}
    return Summary(
        n=n,
        hit=0.5,
        iou=0.5,
        iou_50=0.5,
        iou_75=0.5,
        iou_90=0.5,
        dist_mean=1.0,
        dist_median=1.0,
        dist_n=n,
        type=1.0,
        name=1.0,
        cer=0.0,
        status={"scored": n - sum(full.values()), **full},
    )


def counts(**fields) -> Counts:
    names = Counts.__struct_fields__
    return Counts(**{**dict.fromkeys(names, 0), "rows": 1000, **fields})


def flags(means=None, odd=None, reading=None, constant=False):
    found = find_flags(means or summary(), odd or counts(), reading, constant)
    return {flag.kind: (flag.level, flag.message) for flag in found}


def test_nothing_wrong_nothing_flagged():
    assert flags() == {}


def test_a_frame_mistake_names_the_option():
    reading = Reading(
        frame="norm1000", swapped=False, hit=0.931, iou=0.8, declared_hit=0.042, n=1000
    )
    assert flags(reading=reading)["frame"] == (
        "warning",
        "predictions fit only as norm1000 (hit 0.93 instead of 0.04): a frame mistake? "
        "declare it with --frame norm1000",
    )


def test_swapped_axes_have_no_option_to_name():
    reading = Reading(frame="resized", swapped=True, hit=0.9, iou=0.8, declared_hit=0.1, n=10)
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
    ],
)
def test_odd_rows_are_counted(kind, field, level):
    found = flags(odd=counts(**{field: 3}))
    assert found[kind][0] == level
    assert found[kind][1].startswith("3 of 1,000 (0.3 %) ")


def test_one_box_for_all_points_and_unnamed_answers():
    found = flags(odd=counts(degenerate=900, unnamed=1000), constant=True)
    assert found["constant-box"][1] == "all 1,000 predicted boxes have the same numbers"
    assert found["points"][0] == "warning"
    assert found["unnamed"][0] == "note"


def test_one_box_is_no_pattern_among_few():
    assert "constant-box" not in flags(summary(n=9), constant=True)
    assert "few" in flags(summary(n=9))


def test_warnings_come_before_notes():
    found = find_flags(summary(missing=1, refused=500), counts(duplicates=1), None, True)
    levels = [flag.level for flag in found]
    assert levels == sorted(levels, key=("warning", "note").index)
