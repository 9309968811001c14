"""Predictions from files of any known form: `read_predictions`.

open_rows          JSON Lines, JSON or Parquet, plain, .gz or .zst, as rows
detect             which format rows look like
read_predictions   the rows as `records.Prediction`
"""

from groundkit.prediction_files.chunks import Advice, Chunk, Row
from groundkit.prediction_files.formats import FORMATS, Format, detect
from groundkit.prediction_files.formats.base import NAMES
from groundkit.prediction_files.keys import KeyIndex, key, key_of
from groundkit.prediction_files.read import PredictionFile, read_predictions
from groundkit.prediction_files.rows import RowFile, open_rows, read_chunks

__all__ = [
    "FORMATS",
    "NAMES",
    "Advice",
    "Chunk",
    "Format",
    "KeyIndex",
    "PredictionFile",
    "Row",
    "RowFile",
    "detect",
    "key",
    "key_of",
    "open_rows",
    "read_chunks",
    "read_predictions",
]
