"""Polygons as right answers, through Shapely."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from groundkit.metrics.boxes import Bools, Edges, Floats


def contains_points(points: Floats, polygons: Sequence[Sequence[float]], edges: Edges) -> Bools:
    """Whether point i, shape (N, 2), lies in polygon i, a list of x and y alternating.

    `closed` and `open` say whether the edge belongs to the polygon. `half-open` is the even-odd
    rule with a ray to the right, as the ports of OSWorld-G have it: an edge to the left or above
    belongs to the polygon, one to the right or below does not. A polygon has no last pixel, so
    `last-pixel` is `closed`.
    """
    if edges == "half-open":
        pairs = zip(points, polygons, strict=True)
        return np.array([_crosses_odd(point, _corners(polygon)) for point, polygon in pairs], bool)
    shapes = np.array([_shape(polygon) for polygon in polygons])
    dots = shapely.points(points)
    result: Bools = (shapely.contains if edges == "open" else shapely.covers)(shapes, dots)
    return result


def polygon_iou(box: Floats, polygon: Sequence[float]) -> float:
    """Intersection over union of a box, shape (4,), and a polygon; 0 if neither has an area."""
    a, b = shapely.box(*box), _shape(polygon)
    union = float(a.union(b).area)
    return float(a.intersection(b).area) / union if union else 0.0


def _crosses_odd(point: Floats, corners: Floats) -> bool:
    """Whether a ray from the point to the right crosses the outline an odd number of times."""
    x, y = point
    x1, y1 = corners.T
    x2, y2 = np.roll(corners, -1, axis=0).T
    spans = (y1 > y) != (y2 > y)
    rise = np.where(spans, y2 - y1, 1.0)
    return bool((spans & (x < x1 + (x2 - x1) * (y - y1) / rise)).sum() % 2)


def _corners(polygon: Sequence[float]) -> Floats:
    return np.reshape(np.asarray(polygon, dtype=np.float64), (-1, 2))


def _shape(polygon: Sequence[float]) -> shapely.Geometry:
    # An outline that crosses itself encloses what the even-odd rule says.
    return shapely.make_valid(shapely.Polygon(_corners(polygon)))
