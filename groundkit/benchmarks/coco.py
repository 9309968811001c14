"""COCO's instances files (and any file of that form) as questions: all of a category in an image.

A question is about one image and one category, whether or not it is in the image: a detection of
what is not there is a mistake as well. The format: https://cocodataset.org/#format-data
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from groundkit.errors import DataError
from groundkit.geometry import Box
from groundkit.prediction_files.streams import open_unpacked, read_whole
from groundkit.records import Gold
from groundkit.store import decode

NAME = "coco"
CATEGORY = "category"


class _Image(msgspec.Struct, frozen=True):
    id: int
    width: int
    height: int
    file_name: str = ""


class _Category(msgspec.Struct, frozen=True):
    id: int
    name: str


class _Annotation(msgspec.Struct, frozen=True):
    image_id: int
    category_id: int
    bbox: tuple[float, float, float, float]
    area: float
    iscrowd: int = 0

    @property
    def corners(self) -> Box:
        x, y, width, height = self.bbox
        return x, y, x + width, y + height


class _Instances(msgspec.Struct, frozen=True):
    images: list[_Image]
    categories: list[_Category]
    annotations: list[_Annotation]


def question_id(image: int, category: int) -> str:
    """What a question is called: `image 42, category 18`."""
    return f"image {image}, category {category}"


def read_coco(path: Path) -> list[Gold]:
    """The questions of an instances file, by image and then by category.

    Raises:
        DataError: the file is not of that form, or an annotation is about an unknown image.
    """
    with open_unpacked(path) as stream:
        data = read_whole(stream, path)
    instances = decode(data, _Instances, str(path))
    return list(_golds(instances, path))


def _golds(instances: _Instances, path: Path) -> Iterator[Gold]:
    asked: dict[tuple[int, int], list[_Annotation]] = {
        (image.id, category.id): []
        for image in instances.images
        for category in instances.categories
    }
    for index, annotation in enumerate(instances.annotations):
        key = annotation.image_id, annotation.category_id
        if key not in asked:
            where = f"{path}: annotations[{index}]"
            raise DataError("an annotation of an unknown image or category", where)
        asked[key].append(annotation)
    for image in sorted(instances.images, key=lambda image: image.id):
        for category in sorted(instances.categories, key=lambda category: category.id):
            yield _gold(image, category, asked[image.id, category.id])


def _gold(image: _Image, category: _Category, found: list[_Annotation]) -> Gold:
    things = [annotation for annotation in found if not annotation.iscrowd]
    crowds = [annotation for annotation in found if annotation.iscrowd]
    return Gold(
        id=question_id(image.id, category.id),
        image=image.file_name or str(image.id),
        width=image.width,
        height=image.height,
        boxes=tuple(annotation.corners for annotation in things),
        absent=not things,
        areas=tuple(annotation.area for annotation in things),
        crowds=tuple(annotation.corners for annotation in crowds),
        instruction=category.name,
        screen=str(image.id),
        source=NAME,
        labels={CATEGORY: category.name},
    )
