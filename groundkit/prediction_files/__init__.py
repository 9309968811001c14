"""Predictions from files of any known form: `read_predictions`.

open_rows          JSON Lines, JSON or Parquet, plain, .gz or .zst, as rows
detect             which format rows look like
read_predictions   the rows as `records.Prediction`
join_by_key, join_by_position   under the ids of the gold records that they answer
"""

from groundkit.prediction_files.chunks import Advice, Chunk, Row
from groundkit.prediction_files.formats import FORMATS, Format, detect
from groundkit.prediction_files.formats.base import NAMES
from groundkit.prediction_files.join import join_by_key, join_by_position
from groundkit.prediction_files.keys import JOINS, Join, KeyIndex, key
from groundkit.prediction_files.read import PredictionFile, Reading, read_predictions
from groundkit.prediction_files.rows import RowFile, open_rows, read_chunks

__all__ = [
    "FORMATS",
    "JOINS",
    "NAMES",
    "Advice",
    "Chunk",
    "Format",
    "Join",
    "KeyIndex",
    "PredictionFile",
    "Reading",
    "Row",
    "RowFile",
    "detect",
    "join_by_key",
    "join_by_position",
    "key",
    "open_rows",
    "read_chunks",
    "read_predictions",
]
