import pytest

from groundkit.errors import DataError, OptionError
from groundkit.predict.samples import choose_samples, gold_for
from tests.metrics.builders import make_sample, write_rows


@pytest.fixture
def dataset(tmp_path):
    rows = [make_sample(name, split="val" if name in "bd" else "train") for name in "abcd"]
    return write_rows(tmp_path / "data" / "samples.jsonl", rows)


@pytest.mark.parametrize(
    ("options", "ids"),
    [({}, "abcd"), ({"split": "val"}, "bd"), ({"limit": 2}, "ab"), ({"limit": 9}, "abcd")],
)
def test_a_split_and_the_first_of_it(dataset, options, ids):
    asked = choose_samples(dataset.parent, **options)
    assert "".join(sample.id for sample in asked.samples) == ids
    assert asked.folder == dataset.parent


def test_the_digest_is_of_the_samples_that_are_asked(dataset):
    both = choose_samples(dataset), choose_samples(dataset.parent)
    assert both[0].digest == both[1].digest != choose_samples(dataset, limit=3).digest


def test_there_must_be_some(dataset):
    with pytest.raises(OptionError, match="--limit: 0 samples are none"):
        choose_samples(dataset, limit=0)
    write_rows(dataset, [make_sample()])
    with pytest.raises(DataError, match="no sample is in 'val'"):
        choose_samples(dataset, "val")


def test_the_image_of_a_gold_record_is_found_from_the_output(tmp_path):
    gold = gold_for(make_sample("a", image="images/a.png"), tmp_path)
    assert (gold.id, gold.image) == ("a", f"{tmp_path}/images/a.png")
