"""Which of several predicted boxes stands for which of several gold boxes."""

from __future__ import annotations

from typing import Literal

import numpy as np

from groundkit.metrics.boxes import Floats, pairwise_iou, reaches

Match = Literal["greedy", "hungarian"]


def count_matches(
    predicted: Floats, gold: Floats, threshold: float, match: Match = "greedy"
) -> int:
    """How many predicted boxes match a gold box with an IoU of at least `threshold`, one to one.

    Args:
        predicted, gold: shapes (M, 4) and (K, 4).
        match: `greedy`: each predicted box, in the order of the answer, takes the gold box with
            the largest IoU that is still free, as COCO does in the order of the confidences.
            `hungarian`: the assignment with the largest sum of IoUs, of those that reach the
            threshold (Kuhn 1955; scipy's linear_sum_assignment).
    """
    if not len(predicted) or not len(gold):
        return 0
    ious = pairwise_iou(predicted, gold)
    enough = reaches(ious, threshold) & (ious > 0)
    if match == "hungarian":
        # Half a second to load, and few files hold several boxes.
        from scipy.optimize import linear_sum_assignment

        rows, columns = linear_sum_assignment(np.where(enough, ious, 0.0), maximize=True)
        return int(enough[rows, columns].sum())
    free = np.where(enough, ious, -1.0)
    count = 0
    for row in range(len(free)):
        best = int(free[row].argmax())
        if free[row, best] > 0:
            count += 1
            free[:, best] = -1.0
    return count
