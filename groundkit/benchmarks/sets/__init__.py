"""The benchmarks, each with its published copies."""

from __future__ import annotations

from groundkit.benchmarks.sets import (
    conversations,
    mmbench_gui,
    osworld_g,
    refcoco,
    screenspot,
    screenspot_pro,
    ui_vision,
)
from groundkit.benchmarks.target import Schema

_MODULES = (screenspot, screenspot_pro, osworld_g, refcoco, ui_vision, mmbench_gui, conversations)

BENCHMARKS: dict[str, Schema] = {
    schema.name: schema for module in _MODULES for schema in module.SCHEMAS
}

__all__ = ["BENCHMARKS"]
