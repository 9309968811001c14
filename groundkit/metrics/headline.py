"""The intervals of the figures over all samples."""

from __future__ import annotations

import numpy as np

from groundkit.metrics.boxes import Bools, reaches
from groundkit.metrics.intervals import SEED, Interval, bootstrap, wilson
from groundkit.metrics.judge import Ints, Scores


def overall_intervals(scores: Scores, clusters: Ints, seed: int = SEED) -> dict[str, Interval]:
    """By key of `aggregate.Summary`, without those that have none.

    Args:
        clusters: the screen of each row, from 0 on, shape (N,).
    """
    everywhere = np.ones(len(scores.hit), dtype=bool)
    shares: dict[str, tuple[Bools, Bools]] = {
        "hit": (scores.hit, everywhere),
        "iou@0.5": (reaches(scores.iou, 0.5), scores.present),
        "iou@0.75": (reaches(scores.iou, 0.75), scores.present),
        "iou@0.9": (reaches(scores.iou, 0.9), scores.present),
        "type": (scores.type_correct, scores.typed),
        "name": (scores.name_correct, scores.named),
    }
    found = {
        key: wilson(int((right & asked).sum()), int(asked.sum()))
        for key, (right, asked) in shares.items()
        if asked.any()
    }
    known = ~np.isnan(scores.distance)
    means = {
        "iou": (scores.iou, scores.present),
        "dist_mean": (np.where(known, scores.distance, 0.0), known),
        "cer": (scores.edits, scores.name_length),
    }
    parts, wholes = (
        np.stack([np.asarray(pair[side], dtype=np.float64) for pair in means.values()], axis=1)
        for side in (0, 1)
    )
    drawn = zip(means, bootstrap(parts, wholes, clusters, seed), strict=True)
    return found | {key: interval for key, interval in drawn if interval is not None}
