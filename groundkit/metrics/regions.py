"""Where predicted boxes and points lie with respect to what was asked for."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from groundkit.metrics import boxes as bx
from groundkit.metrics.gold import GoldArrays
from groundkit.records import Gold

# As `frames.rescale` does with edges, so that the middle of 0.1 and 0.7 is 0.4.
_CENTRE_DIGITS = 7


class Place(NamedTuple):
    """Where N predictions lie; columns of shape (N,), meaningless where there is nothing to find.

    Attributes:
        iou: with the gold box or polygon.
        hit: whether the centre lies in it.
        on_edge: whether it lies on its edge: inside by closed edges and not by open ones.
        distance: of the centre from the centre of the gold box.
    """

    iou: bx.Floats
    hit: bx.Bools
    on_edge: bx.Bools
    distance: bx.Floats


def locate(
    boxes: bx.Floats, gold: GoldArrays, edges: bx.Edges, polygon: bx.Edges | None = None
) -> Place:
    """Compares box i with the gold region i, both in pixels of image i.

    Args:
        boxes: shape (N, 4); a point is a box without extent.
        edges: see `boxes.contains`.
        polygon: the rule for polygons, if it is another one; see `polygons.contains_points`.
    """
    polygon = polygon or edges
    centres = np.round(bx.centres(boxes), _CENTRE_DIGITS)
    place = _compare(boxes, centres, gold.boxes, edges)
    for row, region in gold.regions.items():
        one = slice(row, row + 1)
        rule = edges if region.boxes else polygon
        found = _compare_region(boxes[one], centres[one], region, rule)
        for column, value in zip(place, found, strict=True):
            column[row] = value
    return place


def _compare(boxes: bx.Floats, centres: bx.Floats, gold: bx.Floats, edges: bx.Edges) -> Place:
    hit = bx.contains(centres, gold, edges)
    closed = hit if edges == "closed" else bx.contains(centres, gold, "closed")
    within = hit if edges == "open" else bx.contains(centres, gold, "open")
    return Place(
        bx.iou(boxes, gold), hit, closed & ~within, bx.distances(centres, bx.centres(gold))
    )


def _compare_region(
    box: bx.Floats, centre: bx.Floats, gold: Gold, edges: bx.Edges
) -> tuple[float, bool, bool, float]:
    """One prediction and one record with several boxes or a polygon."""
    if gold.boxes:
        golds = np.array(gold.boxes, dtype=np.float64)
        count = len(golds)
        place = _compare(np.repeat(box, count, 0), np.repeat(centre, count, 0), golds, edges)
        return (
            float(place.iou.max()),
            bool(place.hit.any()),
            bool(place.on_edge.any()),
            float(place.distance.min()),
        )
    # Few files hold polygons, and Shapely takes a tenth of a second to load.
    from groundkit.metrics.polygons import contains_points, polygon_iou

    corners = [gold.polygon]
    hit, closed, within = (
        bool(contains_points(centre, corners, rule)[0]) for rule in (edges, "closed", "open")
    )
    xs, ys = gold.polygon[::2], gold.polygon[1::2]
    middle = np.array([[(min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2]])
    distance = float(bx.distances(centre, middle)[0])
    return polygon_iou(box[0], gold.polygon), hit, closed and not within, distance
