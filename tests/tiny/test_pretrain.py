"""The script that makes the checkpoint: a killed run goes on as if nothing had happened."""

from __future__ import annotations

import pytest
import torch

from groundkit.contract import contract_of
from groundkit.errors import DataError
from groundkit.models.load import load_model
from groundkit.tiny import pretrain
from groundkit.tiny.data import Stage

STAGES = (Stage(3, (5, 6), 60, looks_only=True), Stage(6, (5, 6), 60))
CONFIG = pretrain.Config(seed=1, rates=((0, 0.5), (1, 1), (4, 1), (6, 0)), save_every=0.0)


class KilledError(Exception):
    pass


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(pretrain, "STAGES", STAGES)


def weights(folder):
    return torch.load(folder / "state.pt", weights_only=True)


def test_a_killed_run_ends_where_an_undisturbed_one_does(tmp_path, monkeypatch):
    pretrain.pretrain(CONFIG, tmp_path / "whole", lambda text: None)

    step = pretrain.Trainer.train_step

    def die(self, batch):
        if self.step == 4:
            raise KilledError
        return step(self, batch)

    monkeypatch.setattr(pretrain.Trainer, "train_step", die)
    with pytest.raises(KilledError):
        pretrain.pretrain(CONFIG, tmp_path / "killed", lambda text: None)
    assert weights(tmp_path / "killed")["step"] == 4
    monkeypatch.setattr(pretrain.Trainer, "train_step", step)
    said = []
    pretrain.pretrain(CONFIG, tmp_path / "killed", said.append)
    assert said[0] == "going on from step 4"
    whole, killed = weights(tmp_path / "whole"), weights(tmp_path / "killed")
    assert whole["step"] == killed["step"] == 6
    for part in ("model", "heads"):
        for name, value in whole[part].items():
            assert torch.equal(value, killed[part][name]), name


def test_a_state_with_other_tokens_is_refused():
    trainer = pretrain.Trainer(CONFIG)
    with pytest.raises(DataError, match="another tokenizer; start anew"):
        trainer.restore(trainer.state() | {"vocabulary": "other"})


def test_the_result_is_a_model_with_its_contract(tmp_path):
    pretrain.pretrain(pretrain.Config(save_every=1e9), tmp_path, lambda text: None)
    assert contract_of(tmp_path / "model").max_pixels == 448 * 448
    assert load_model(str(tmp_path / "model")).model.config.model_type == "qwen2_5_vl"


def test_a_few_steps_on_one_batch_lower_the_loss(monkeypatch):
    torch.set_num_threads(1)
    from groundkit.tiny.data import BatchMaker

    monkeypatch.setattr(
        pretrain, "STAGES", (Stage(1, (5,), 60, looks_only=True), Stage(99, (5,), 60))
    )
    trainer = pretrain.Trainer(pretrain.Config(rates=((0, 1),)))
    trainer.step = 6  # the second block, past the stage that only looks
    batch = BatchMaker(pretrain.STAGES, 0).make(6)
    first = trainer.train_step(batch)["loss"]
    for _ in range(12):
        last = trainer.train_step(batch)["loss"]
    assert last < 0.8 * first
