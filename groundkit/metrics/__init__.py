"""Predictions to numbers: `evaluate.evaluate` is the way in, `judge.judge` scores one batch."""
