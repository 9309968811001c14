"""Batches of a file, one after the other."""

import gc
from dataclasses import dataclass

from groundkit.metrics.intake import Intake, Selection
from groundkit.metrics.observers import observe
from groundkit.metrics.rows import read_batches
from groundkit.prediction_files import lines, read_predictions
from groundkit.records import Gold
from tests.metrics.builders import predict, spread, write_rows

ROWS = 300


@dataclass
class Counter:
    """Counts the gold records that there are while a batch is looked at."""

    most: int = 0
    batches: int = 0

    def add(self, batch, judged):
        self.batches += 1
        self.most = max(self.most, sum(type(one) is Gold for one in gc.get_objects()))


def test_a_batch_is_let_go_before_the_next_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(lines, "_BLOCK_BYTES", 1 << 12)
    golds = spread(ROWS)
    file = write_rows(tmp_path / "p.jsonl", map(predict, golds))
    del golds
    before, counter = sum(type(one) is Gold for one in gc.get_objects()), Counter()
    observe(read_batches(read_predictions(file), Selection(), Intake()), "closed", [counter])
    assert counter.batches > 10
    assert counter.most - before < ROWS / 10
