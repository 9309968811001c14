"""groundkit.json: what it holds, what it refuses, and what families tell without it."""

from __future__ import annotations

import json

import msgspec
import pytest

from groundkit.contract import (
    FILE,
    Contract,
    contract_for_family,
    contract_of,
    read_contract,
    write_contract,
)
from groundkit.errors import DataError, OptionError
from groundkit.families import MODEL_FAMILIES
from groundkit.geometry import ResizeRule

GOOD = {
    "version": 1,
    "frame": "resized",
    "factor": 28,
    "min_pixels": 3136,
    "max_pixels": 200704,
    "marker": "star",
    "langs": ["zh"],
}


def put(folder, content):
    """The path of a contract file with this content: text, or what JSON makes of a dict."""
    text = content if isinstance(content, (str, bytes)) else json.dumps(content)
    path = folder / FILE
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_what_is_written_is_read_again(tmp_path):
    contract = Contract(max_pixels=448 * 448, langs=("en",), prompt="{x} {y}", tags={"a": "b"})
    write_contract(contract, tmp_path)
    assert contract_of(tmp_path) == contract
    assert (tmp_path / FILE).read_text().startswith('{\n  "version": 1,\n  "frame": "resized"')


def test_a_folder_without_the_file_has_no_contract(tmp_path):
    assert contract_of(tmp_path) is None


def test_the_rule_is_that_of_the_image_processors(tmp_path):
    contract = read_contract(put(tmp_path, GOOD))
    assert contract.rule == ResizeRule(28, 3136, 200704)
    assert contract.seen_size((224, 224)) == (224, 224)
    assert contract.seen_size((1080, 2400)) == (280, 644)


def test_pictures_that_no_processor_takes_are_refused():
    with pytest.raises(DataError, match="aspect ratio"):
        Contract().seen_size((10, 10_000))


def test_relative_frames_need_no_rule():
    contract = contract_for_family("qwen3-vl")
    assert (contract.frame, contract.rule) == ("norm1000", None)
    assert contract.seen_size((123, 45)) == (123, 45)


HOSTILE = {
    "empty": ("", "not valid JSON"),
    "no JSON": ("frame: resized", "not valid JSON"),
    "half a file": (json.dumps(GOOD)[:-9], "not valid JSON"),
    "not UTF-8": (b'{"frame": "\xff"}', "not valid JSON"),
    "nested deeply": ("[" * 100_000, "nested|JSON"),
    "a list": ("[]", "Expected `object`"),
    "a long file": (" " * ((1 << 20) + 1), "too long"),
    "an unknown frame": ({**GOOD, "frame": "pixels"}, "Invalid enum value 'pixels'"),
    "an unknown marker": ({**GOOD, "marker": "cross"}, "Invalid enum value 'cross'"),
    "a number as text": ({**GOOD, "factor": "28"}, "Expected `int"),
    "a truth as number": ({**GOOD, "min_pixels": True}, "Expected `int"),
    "half pixels": ({**GOOD, "min_pixels": 0.5}, "Expected `int"),
    "not finite": (json.dumps({**GOOD, "min_pixels": float("nan")}), "not finite|JSON"),
    "a factor of zero": ({**GOOD, "factor": 0}, "no processor has the factor 0"),
    "a negative minimum": ({**GOOD, "min_pixels": -1}, "no image has from -1"),
    "limits the wrong way": ({**GOOD, "min_pixels": 300_000}, "no image has from 300,000"),
    "a cell does not fit": ({**GOOD, "min_pixels": 10}, "no image has from 10"),
    "a huge image": ({**GOOD, "max_pixels": 1 << 40}, "no image has"),
    "a limit missing": ({**GOOD, "max_pixels": None}, "come together"),
    "no size for pixels": (
        {**GOOD, "factor": None, "min_pixels": None, "max_pixels": None},
        "need factor",
    ),
    "no language": ({**GOOD, "langs": []}, "no language"),
    "an unknown language": ({**GOOD, "langs": ["fr"]}, "Invalid enum value 'fr'"),
    "a later version": ({"version": 2, "frame": 7}, "version 2 is of a later groundkit"),
    "no version at all": ({**GOOD, "version": 0}, "no version 0"),
    "tags that are no words": ({**GOOD, "tags": {"a": 1}}, "Expected `str`"),
}


@pytest.mark.parametrize(("content", "message"), HOSTILE.values(), ids=HOSTILE)
def test_what_cannot_be_a_contract_is_refused_in_one_line(tmp_path, content, message):
    path = put(tmp_path, content)
    with pytest.raises(DataError, match=message) as caught:
        read_contract(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_in_place_of_the_file_is_refused(tmp_path):
    (tmp_path / FILE).mkdir()
    with pytest.raises(DataError, match="cannot read the file"):
        contract_of(tmp_path)


def test_keys_of_others_are_ignored(tmp_path):
    assert read_contract(put(tmp_path, {**GOOD, "mine": [1, 2]})) == Contract(
        max_pixels=200704, langs=("zh",)
    )


def test_an_impossible_contract_is_not_written(tmp_path):
    with pytest.raises(DataError, match="no processor has the factor 3"):
        write_contract(Contract(factor=3), tmp_path)
    assert not (tmp_path / FILE).exists()


@pytest.mark.parametrize("name", MODEL_FAMILIES)
def test_every_family_gives_a_contract_that_can_be_written(tmp_path, name):
    contract = contract_for_family(name)
    write_contract(contract, tmp_path)
    assert contract_of(tmp_path) == contract


def test_an_unknown_family_is_refused_with_the_choices():
    with pytest.raises(OptionError, match=r"unknown model family 'llava'; valid: .*qwen2\.5-vl"):
        contract_for_family("llava")


def test_the_fields_are_those_that_the_file_promises():
    assert [field.name for field in msgspec.structs.fields(Contract)] == [
        *("version", "frame", "factor", "min_pixels", "max_pixels"),
        *("marker", "langs", "prompt", "answer", "tags"),
    ]
