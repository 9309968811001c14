"""Screens from what other tools wrote: one file in `readers/` for each annotation format."""

from __future__ import annotations

from groundkit.annotators.reader import Reader
from groundkit.annotators.source import READERS, read_source

__all__ = ["READERS", "Reader", "read_source"]
