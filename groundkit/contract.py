"""What a model was trained on, so far as coordinates depend on it: groundkit.json beside weights.

A box in pixels means nothing without the size of the image that the model saw, and a model asked in
other words than it was trained on answers worse. So the frame, the limits of resizing and the form
of question and answer lie beside the weights. For checkpoints of others, which have no such file,
the family of the model tells frame and limits.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import msgspec

from groundkit.errors import DataError
from groundkit.families import find_family
from groundkit.geometry import FrameName, ResizeRule, Size
from groundkit.records import Terms
from groundkit.store import decode, read_small, write_bytes
from groundkit.vocabulary import Lang

FILE = "groundkit.json"
VERSION = 1
_LARGEST_FILE = 1 << 20
_FACTORS = (14, 16, 28, 32, 64)
_MOST_PIXELS = 1 << 28
"""No image processor has more."""

Shape = Literal["star", "dot", "ring", "none"]
AnswerForm = Literal["ref-box"]


class Contract(msgspec.Struct, frozen=True, kw_only=True):
    """How to ask a model and how to read its numbers.

    Attributes:
        version: of this file's form.
        frame: of the numbers that the model reads and writes.
        factor: both sides of an image that the model sees are multiples of it; None, as the limits,
            if the frame does not depend on the resizing.
        min_pixels, max_pixels: limits of width times height of that image.
        marker: what is drawn at the point asked about.
        langs: languages of the questions that the model knows.
        prompt: a template of questions in words of one's own, empty for those of groundkit.
        answer: form of the answers; `ref-box` is `<ref>type-name</ref><box>[[...]]</box>`.
        tags: further notes of whoever trained the model.
    """

    version: int = VERSION
    frame: FrameName = "resized"
    factor: int | None = 28
    min_pixels: int | None = 56 * 56
    max_pixels: int | None = 16384 * 28 * 28
    marker: Shape = "star"
    langs: tuple[Lang, ...] = ("zh", "en")
    prompt: str = ""
    answer: AnswerForm = "ref-box"
    tags: dict[str, str] = {}

    @property
    def terms(self) -> Terms:
        """What of it the numbers depend on."""
        return Terms(
            frame=self.frame,
            factor=self.factor,
            min_pixels=self.min_pixels,
            max_pixels=self.max_pixels,
        )

    @property
    def rule(self) -> ResizeRule | None:
        """How an image is resized before the model sees it; None if that is the model's affair."""
        return rule_of(self)

    def seen_size(self, size: Size) -> Size:
        """(width, height) of what the model sees of an image of `size`.

        Raises:
            DataError: the image is empty, or too long and thin.
        """
        if self.rule is None:
            return size
        try:
            return self.rule.apply(size)
        except ValueError as error:
            raise DataError(str(error)) from None


def rule_of(terms: Terms | Contract) -> ResizeRule | None:
    """The limits as a rule; None if there are none."""
    if terms.factor is None or terms.min_pixels is None or terms.max_pixels is None:
        return None
    return ResizeRule(terms.factor, terms.min_pixels, terms.max_pixels)


def contract_of(folder: Path) -> Contract | None:
    """The contract that lies in the folder of a model, None if there is none.

    Raises:
        DataError: there is one that cannot be used.
    """
    path = folder / FILE
    if not path.exists():
        return None
    return read_contract(path)


def read_contract(path: Path) -> Contract:
    """A contract from its file.

    Raises:
        DataError: unreadable, no contract, of a later version, or impossible.
    """
    data = read_small(path, _LARGEST_FILE, "a contract")
    _check_version(data, str(path))
    contract = decode(data, Contract, str(path))
    _check(contract, str(path))
    return contract


def write_contract(contract: Contract, folder: Path) -> None:
    """Writes groundkit.json into the folder of a model.

    Raises:
        DataError: the contract is impossible.
    """
    path = folder / FILE
    _check(contract, str(path))
    write_bytes(path, msgspec.json.format(msgspec.json.encode(contract), indent=2) + b"\n")


def contract_for_family(name: str) -> Contract:
    """What the family of a model tells: frame and limits; nothing is known of its questions.

    Raises:
        OptionError: there is no such family.
    """
    family = find_family(name)
    assert family is not None
    rule = family.rule
    return Contract(
        frame=family.frame,
        factor=rule.factor if rule else None,
        min_pixels=rule.min_pixels if rule else None,
        max_pixels=rule.max_pixels if rule else None,
        tags={"family": name.casefold()},
    )


def _check_version(data: bytes, where: str) -> None:
    """A later version may have fields whose types we do not know: it is named before they are."""
    found: Any = decode(data, object, where)
    version = found.get("version") if isinstance(found, dict) else None
    if isinstance(version, int) and version > VERSION:
        what = f"version {version} is of a later groundkit; this one knows {VERSION}"
        raise DataError(what, f"{where}: version", hint="pip install --upgrade groundkit")


def _check(contract: Contract, where: str) -> None:
    if contract.version < 1:
        raise DataError(f"no version {contract.version}", f"{where}: version")
    if not contract.langs:
        raise DataError("no language", f"{where}: langs")
    check_terms(contract, where)


def check_terms(terms: Terms | Contract, where: str) -> None:
    """Raises a DataError unless there are sizes within the limits, where the frame needs them."""
    sizes = (terms.factor, terms.min_pixels, terms.max_pixels)
    if sizes == (None, None, None):
        if terms.frame == "resized":
            what = "pixels of the resized image need factor, min_pixels and max_pixels"
            raise DataError(what, f"{where}: frame")
        return
    factor, least, most = sizes
    if factor is None or least is None or most is None:
        raise DataError("factor, min_pixels and max_pixels come together", where)
    if factor not in _FACTORS:
        choices = [str(known) for known in _FACTORS]
        raise DataError(f"no processor has the factor {factor}", f"{where}: factor", choices)
    if not factor * factor <= least <= most <= _MOST_PIXELS:
        what = f"no image has from {least:,} to {most:,} pixels in cells of {factor}x{factor}"
        raise DataError(what, f"{where}: min_pixels, max_pixels")
