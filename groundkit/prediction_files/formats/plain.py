"""Any file of rows, read by the fields that the user names.

Our own names are found by themselves.
"""

from __future__ import annotations

from groundkit.prediction_files.formats.base import NAMES, Format

FORMAT = Format(
    name="plain",
    help="any rows, with --field text=PATH --field id=PATH",
    fields={name: (name,) for name in NAMES},
    recognises=lambda row: True,
)
