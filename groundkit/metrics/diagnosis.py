"""What the numbers of a file would mean in every frame and order: `eval --diagnose`. Never a score.

By ranges alone, without looking at the gold boxes: a frame whose images hold nearly all boxes, and
which these fill best. And beside it, from the gold boxes, what every reading would hit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal, get_args

import msgspec
import numpy as np

from groundkit.geometry import FRAME_NAMES, FrameName
from groundkit.metrics import boxes as bx
from groundkit.metrics.frames import rescale
from groundkit.metrics.judge import Judged
from groundkit.metrics.rows import Batch

Order = Literal["xyxy", "yxyx", "xywh"]
ORDERS: tuple[Order, ...] = get_args(Order)
# A frame is possible if so many rows lie inside of it; one box in fifty may be a blunder.
_INSIDE = 0.98
# Frames that are filled this much less than the best one cannot be told from it.
_CLOSE = 0.03
_ENOUGH = 10
# The largest of so many numbers in a hundred says how far a frame is filled.
_QUANTILE = 99.0


class FrameFit(msgspec.Struct, frozen=True, kw_only=True):
    """One frame by ranges alone.

    Attributes:
        inside: share of the rows whose numbers lie in the image.
        filled: how far to the right and the bottom they reach, as a part of the image: the 99th
            percentile.
    """

    frame: FrameName
    inside: float
    filled: float


class OtherReading(msgspec.Struct, frozen=True, kw_only=True):
    """What the rows would score in one frame and order; points have no `xywh`."""

    frame: FrameName
    order: Order
    hit: float
    iou: float


class Diagnosis(msgspec.Struct, frozen=True, kw_only=True):
    """What the numbers may mean.

    Attributes:
        n: rows with numbers, of images whose size is known; also those with inverted boxes.
        likely: frames that the ranges speak for, the likeliest first; empty if none does.
        frames: all frames by their ranges.
        readings: all readings, by hits and then by IoU.
    """

    n: int
    likely: list[FrameName]
    frames: list[FrameFit]
    readings: list[OtherReading]


class DiagnosisReport(msgspec.Struct, frozen=True, kw_only=True):
    """What `eval --diagnose` says of answers whose frame nobody declares. It holds no score.

    Attributes:
        predictions, dataset: the files, as they were named.
        diagnosis: None without rows to look at.
    """

    predictions: str
    dataset: str | None
    diagnosis: Diagnosis | None


@dataclass
class Diagnoser:
    """Looks at batches; use it as an observer of `evaluate`."""

    rows: int = 0
    _inside: dict[FrameName, int] = field(default_factory=dict)
    _reach: dict[FrameName, list[bx.Floats]] = field(default_factory=dict)
    # Hits and IoUs of each batch; in whatever pieces they come, their sum is the same.
    _sums: dict[tuple[FrameName, Order], list[tuple[float, float]]] = field(default_factory=dict)
    _boxes: bool = False

    def add(self, batch: Batch, judged: Judged) -> None:
        """Looks at one more batch."""
        known = batch.arrays.sizes.all(axis=1) & batch.arrays.present
        raw, holds = _numbers(judged)
        rows = np.flatnonzero(known & holds).tolist()
        if not rows:
            return
        gold, raw = batch.arrays.pick(rows), raw[rows]
        self.rows += len(rows)
        is_box = (raw[:, :2] != raw[:, 2:]).any(axis=1)
        self._boxes |= bool(is_box.any())
        for frame in FRAME_NAMES:
            for order in ORDERS:
                read = rescale(_ordered(raw, order, is_box), frame, gold)
                hits = float(bx.contains(bx.centres(read), gold.boxes).sum())
                ious = float(bx.iou(read, gold.boxes).sum())
                self._sums.setdefault((frame, order), []).append((hits, ious))
            share = rescale(raw, frame, gold) / np.tile(gold.sizes, 2)
            # A pixel more than the image is rounding.
            inside = ((share >= 0) & (share <= 1.005)).all(axis=1)
            self._inside[frame] = self._inside.get(frame, 0) + int(inside.sum())
            self._reach.setdefault(frame, []).append(share.max(axis=1).astype(np.float32))

    def fresh(self) -> Diagnoser:
        """One that has seen nothing."""
        return Diagnoser()

    def merge(self, other: Diagnoser) -> None:
        """Takes in what another looked at, after this one."""
        self.rows += other.rows
        self._boxes |= other._boxes
        for frame, inside in other._inside.items():
            self._inside[frame] = self._inside.get(frame, 0) + inside
            self._reach.setdefault(frame, []).extend(other._reach[frame])
        for key, sums in other._sums.items():
            self._sums.setdefault(key, []).extend(sums)

    def diagnosis(self) -> Diagnosis | None:
        """What was found; None without rows to look at."""
        if not self.rows:
            return None
        frames = [self._fit(frame) for frame in FRAME_NAMES]
        orders = [order for order in ORDERS if self._boxes or order != "xywh"]
        readings = [self._reading(frame, order) for frame in FRAME_NAMES for order in orders]
        return Diagnosis(
            n=self.rows,
            likely=_likely(frames) if self.rows >= _ENOUGH else [],
            frames=frames,
            readings=sorted(readings, key=lambda one: (-one.hit, -one.iou)),
        )

    def _fit(self, frame: FrameName) -> FrameFit:
        reach = np.concatenate(self._reach[frame])
        filled = float(np.percentile(reach, _QUANTILE))
        return FrameFit(frame=frame, inside=self._inside[frame] / self.rows, filled=filled)

    def _reading(self, frame: FrameName, order: Order) -> OtherReading:
        columns = zip(*self._sums[frame, order], strict=True)
        hit, iou = (math.fsum(column) / self.rows for column in columns)
        return OtherReading(frame=frame, order=order, hit=hit, iou=iou)


def _numbers(judged: Judged) -> tuple[bx.Floats, bx.Bools]:
    """First boxes, or first points twice, as written, and which rows have one: also those that no
    box has as they stand."""
    raw, holds = judged.raw.copy(), judged.scores.scored
    for row in np.flatnonzero(~holds).tolist():
        numbers = judged.answers[row].numbers
        if len(numbers) >= 2:
            raw[row] = numbers[:4] if len(numbers) >= 4 else numbers[:2] * 2
            holds[row] = True
    return raw, holds


def _ordered(raw: bx.Floats, order: Order, is_box: bx.Bools) -> bx.Floats:
    if order == "xyxy":
        return raw
    if order == "yxyx":
        return raw[:, [1, 0, 3, 2]]
    corners = np.concatenate([raw[:, :2], raw[:, :2] + raw[:, 2:]], axis=1)
    result: bx.Floats = np.where(is_box[:, None], corners, raw)
    return result


def _likely(frames: list[FrameFit]) -> list[FrameName]:
    """Frames that hold the numbers, those that these fill best."""
    possible = [one for one in frames if one.inside >= _INSIDE]
    most = max((one.filled for one in possible), default=0.0)
    close = [one for one in possible if one.filled >= most - _CLOSE]
    return [one.frame for one in sorted(close, key=lambda one: -one.filled)]
