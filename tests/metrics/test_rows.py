"""Batches of a file, one after the other."""

import gc

from groundkit.metrics.intake import Intake, Selection
from groundkit.metrics.observers import observe
from groundkit.metrics.rows import read_batches
from groundkit.prediction_files import lines, read_predictions, rows
from groundkit.records import Gold
from tests.metrics.builders import predict, spread, write_rows


def alive():
    return sum(type(one) is Gold for one in gc.get_objects())


def test_a_batch_is_let_go_before_the_next_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(lines, "_BLOCK_BYTES", 1 << 12)
    file = read_predictions(write_rows(tmp_path / "p.jsonl", map(predict, spread(300))))
    before, held, decode = alive(), [], rows.decode_block

    def watched(*block):
        held.append(alive() - before)
        return decode(*block)

    monkeypatch.setattr(rows, "decode_block", watched)
    observe(read_batches(file, Selection(), Intake()), "closed", [])
    assert len(held) > 10
    assert set(held) == {0}
