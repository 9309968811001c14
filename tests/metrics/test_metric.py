"""Names of metrics: what they mean, and that they read back."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from groundkit.errors import OptionError
from groundkit.metrics.catalog import CATALOG, DEFAULTS, REFUSALS
from groundkit.metrics.metric import Metric, parse_metric, parse_metrics
from groundkit.metrics.options import Options
from groundkit.metrics.parity import PARITIES


@st.composite
def metrics(draw) -> Metric:
    """Any metric of the catalog, with any of its options."""
    name = draw(st.sampled_from(list(CATALOG)))
    kind = CATALOG[name]
    at = kind.default_at
    if kind.at is not None and draw(st.booleans()):
        numbers = [n for n in (*kind.at.choices, 0, 0.05, 0.5, 0.75, 1, 3, 20) if kind.at.allows(n)]
        at = draw(st.sampled_from(numbers))
    words = {
        key: draw(st.sampled_from(values or ("micro", "type", "platform+ui_type")))
        for key, values in kind.options.items()
        if draw(st.booleans())
    }
    metric = Metric(name, at)
    for key, value in words.items():
        metric = metric.having(key, value)
    beside = kind.only_with_at if metric.at is None else kind.only_without_at
    assume(not {key for key, _ in metric.options} & set(beside))
    return metric


@given(metrics())
def test_a_name_reads_back(metric):
    assert parse_metric(str(metric)) == metric
    assert str(parse_metric(str(metric))) == str(metric)


@given(st.floats(1e-99, 1e9))
def test_any_number_reads_back_in_one_way(number):
    metric = Metric("dist", number)
    assert parse_metric(str(metric)) == metric


@pytest.mark.parametrize(
    ("number", "word"),
    [
        (20, "20"),
        (0.5, "0.5"),
        (1e6, "1000000"),
        (1e-7, "0.0000001"),
        (1 / 3, "0.3333333333333333"),
    ],
)
def test_a_number_is_written_without_exponent(number, word):
    assert str(Metric("dist", number)) == f"dist@{word}"


def test_thresholds_close_to_each_other_are_two_metrics():
    wanted = [str(metric) for metric in Options(metrics=["iou@0.3333333,iou@0.33333333"]).wanted()]
    assert wanted[-2:] == ["iou@0.3333333", "iou@0.33333333"]


@pytest.mark.parametrize("name", [*DEFAULTS, *REFUSALS, *CATALOG])
def test_usual_names_are_plain(name):
    plain = str(parse_metric(name))
    # F1 and its like need a threshold, COCO's recall a number of boxes
    usual = {"precision": "@0.5", "recall": "@0.5", "f1": "@0.5", "ar": "@100"}
    assert plain == name + usual.get(name, "")


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("hit(edges=closed)", "hit"),
        (" hit@03 ", "hit@3"),
        ("iou@0.50", "iou@0.5"),
        ("iou@.5", None),
        ("iou@0.5( bound = above , pixels = refer )", "iou@0.5(pixels=refer,bound=above)"),
        ("hit(absent=skip,edges=open)", "hit(edges=open,absent=skip)"),
        ("hit(average=micro)", "hit"),
    ],
)
def test_there_is_one_way_to_write_a_metric(written, name):
    if name is None:
        with pytest.raises(OptionError, match="not the name of a metric"):
            parse_metric(written)
    else:
        assert str(parse_metric(written)) == name


def test_commas_in_brackets_do_not_separate():
    text = "hit(edges=open,absent=skip),iou@0.5"
    assert list(map(str, parse_metrics(text))) == ["hit(edges=open,absent=skip)", "iou@0.5"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hits", "unknown metric 'hits'; valid: hit, iou, .*did you mean hit"),
        ("", "not the name of a metric: ''"),
        ("hit(", "not the name of a metric"),
        ("hit@0", "hit@0 is out of range; a number of answers, from 1 to 100"),
        ("hit@1.5", "out of range"),
        ("iou@1.01", "iou@1.01 is out of range; an IoU from 0 to 1"),
        ("ap@0.52", "in steps of 0.05"),
        ("ar@5", "1, 10 or 100"),
        ("cer@3", "cer takes no number behind @; write cer"),
        ("iou(edges=open)", "iou has no option 'edges'; valid: pixels, bound, average"),
        ("hit(edges=round)", r"unknown value 'round' of hit\(edges=\); valid: closed, half-open"),
        ("hit(edges)", "unknown value ''"),
        ("hit(average=)", "name groupings, for example platform"),
        ("hit(average=a b)", "name groupings"),
        ("iou@" + "9" * 300, "not the name of a metric"),
        ("iou(bound=above)", r"without a number; write iou@0\.5\(bound=above\)"),
        ("dist@20(stat=median)", r"no median; write dist@20 or dist\(stat=median\)"),
        ("dist@0.1(unit=image,stat=median)", r"dist@0\.1 is a share"),
        ("__import__('os')", "not the name of a metric"),
    ],
)
def test_a_wrong_name_says_what_is_right(text, message):
    with pytest.raises(OptionError, match=f"--metric: .*{message}"):
        parse_metric(text)


def test_the_order_of_a_report():
    options = Options(parity="gui-r1", metrics=["hit@3,iou", "giou"], edges="half-open")
    assert [str(metric) for metric in options.wanted()] == [
        *("hit(edges=open,point=first)", "hit(edges=half-open)", *DEFAULTS[1:]),
        *("hit@3", "iou", "giou")[:1],
        "giou",
    ]


def test_switches_change_the_usual_metrics():
    wanted = [str(metric) for metric in Options(pixels="inclusive").wanted()]
    assert wanted[:3] == ["hit", "iou(pixels=inclusive)", "iou@0.5(pixels=inclusive)"]


def test_every_parity_mode_names_metrics_of_the_catalog():
    for mode in PARITIES.values():
        assert tuple(str(parse_metric(name)) for name in mode.metrics) == mode.metrics


def test_a_parity_mode_may_depend_on_the_benchmark():
    """VLMEvalKit takes a pixel off the boxes of ScreenSpot, and of no other benchmark."""
    first = {
        name: str(Options(parity="vlmevalkit-fixed", benchmark=name).wanted()[0])
        for name in (None, "screenspot", "screenspot-v2", "screenspot-pro", "osworld-g")
    }
    assert list(first.values()) == ["hit(edges=last-pixel)"] * 3 + ["hit"] * 2


def test_units():
    units = {name: parse_metric(name).unit for name in ("hit", "iou", "iou@0.5", "dist", "dist@9")}
    assert units == {
        "hit": "share",
        "iou": "number",
        "iou@0.5": "share",
        "dist": "px",
        "dist@9": "share",
    }
    less = [name for name in ("hit", "dist", "dist@9", "cer") if parse_metric(name).less_is_better]
    assert less == ["dist", "cer"]
