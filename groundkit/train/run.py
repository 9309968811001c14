"""A recipe to a trained model, in one process of one or several."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

from msgspec.structs import replace

from groundkit.contract import Contract, write_contract
from groundkit.errors import DataError, GroundkitError, OptionError
from groundkit.models.devices import choose_device
from groundkit.models.load import LoadedModel, load_model
from groundkit.models.patches import form_of
from groundkit.models.problems import need, need_extra
from groundkit.predict.prompts import Prompt, choose_prompt
from groundkit.predict.samples import Asked, choose_samples
from groundkit.recipe import Recipe
from groundkit.recipe.check import sources_of
from groundkit.train.adapters import set_trainable, trained_parts
from groundkit.train.answers import keep_answers
from groundkit.train.batches import Collator
from groundkit.train.examples import Example, make_examples
from groundkit.train.folder import (
    EVAL,
    METRICS,
    MODEL,
    last_checkpoint,
    make_notes,
    note_wrapped,
    open_folder,
    write_notes,
    write_recipe_file,
)
from groundkit.train.guards import Guard
from groundkit.train.preflight import Finding, check
from groundkit.train.settings import make_settings
from groundkit.train.watch import Watch, spread


class Trained(NamedTuple):
    """What a run came to.

    Attributes:
        model: folder of the result.
        figures: of the evaluation of the result, None if there was none.
        steps: of the optimizer.
        passed_over: steps without a finite gradient.
    """

    model: str
    figures: dict[str, float] | None
    steps: int
    passed_over: int


class Data(NamedTuple):
    """What is trained on.

    Attributes:
        digest: of the samples.
        contract: of the model that it makes.
    """

    examples: list[Example]
    digest: str
    contract: Contract


def train(recipe: Recipe) -> Trained:
    """Trains; goes on with a run that was stopped.

    Raises:
        OptionError, DataError: a recipe, dataset or model that cannot be used.
        GroundkitError: the training went wrong, or a package is missing.
    """
    need_extra()
    need("trl", "peft", "accelerate")
    quieten()
    settings = make_settings(recipe, choose_device(None).type, bf16=_has_bf16())
    check_world(recipe, settings)
    folder, goes_on = open_folder(recipe) if settings.process_index == 0 else _opened(recipe)
    loaded = load_for_training(recipe)
    data = read_data(recipe, loaded)
    watch = make_watch(recipe, loaded, data, folder)
    training = _training(recipe, loaded, data, watch, folder)
    if settings.process_index == 0 and not goes_on:
        _write_notes(training, data, settings, folder)
        write_recipe_file(recipe, folder)  # last: with it the folder is that of a run
    return _run(recipe, training, settings, data, folder)


def preflight(recipe: Recipe) -> Iterator[Finding]:
    """What can be found out without training, in one process.

    Raises:
        OptionError, DataError: a recipe, dataset or model that cannot be used at all.
    """
    need_extra()
    need("trl", "peft", "accelerate")
    quieten()
    settings = make_settings(recipe, choose_device(None).type, bf16=_has_bf16())
    loaded = load_for_training(recipe)
    data = read_data(recipe, loaded)
    make_watch(recipe, loaded, data, Path(recipe.output))
    yield Finding("contract", f"{data.contract.frame}, {_limits(data.contract)}")
    size = settings.per_device_train_batch_size
    yield from check(recipe, loaded.model, data.examples, _collator(recipe, loaded), size)


def _limits(contract: Contract) -> str:
    if contract.rule is None:
        return "whatever size an image has"
    rule = contract.rule
    return f"images of {rule.min_pixels:,} to {rule.max_pixels:,} px, multiples of {rule.factor}"


def check_world(recipe: Recipe, settings: Any) -> None:
    """Raises a GroundkitError unless as many processes run as the recipe says."""
    wanted = recipe.launch.processes * recipe.launch.machines
    if settings.world_size != wanted:
        what = f"{settings.world_size} processes run instead of {wanted}"
        raise GroundkitError(what, "launch", hint="start it with groundkit train, or by torchrun")


def quieten() -> None:
    """No lines of the libraries about what groundkit decides itself."""
    import os

    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    for name in ("accelerate", "transformers", "trl", "peft"):
        logging.getLogger(name).setLevel(logging.ERROR)
    # Of their names of settings, which the recipe has as people know them.
    warnings.filterwarnings("ignore", category=FutureWarning, module=r"transformers\.")


def _has_bf16() -> bool:
    import torch

    return torch.cuda.is_available() and torch.cuda.is_bf16_supported()


def _opened(recipe: Recipe) -> tuple[Path, bool]:
    return Path(recipe.output), True


def load_for_training(recipe: Recipe) -> LoadedModel:
    """The model, its adapter if it gets one, and all that is not trained frozen; on the CPU, from
    where the trainer takes it to its device."""
    from transformers import set_seed

    dtype = recipe.model.dtype
    if dtype == "auto":
        dtype = "bfloat16" if _has_bf16() and recipe.model.train != "full" else "float32"
    name, attention = recipe.model.name, recipe.model.attention
    loaded = load_model(name, device="cpu", dtype=dtype, attention=attention)
    keep_answers(loaded.model)
    set_seed(recipe.seed)  # new weights of an adapter
    model = set_trainable(loaded.model, recipe)
    return LoadedModel(model, loaded.processor, loaded.contract, name)


def read_data(recipe: Recipe, loaded: LoadedModel) -> Data:
    """The examples of all datasets.

    Raises:
        DataError: samples that cannot be used.
    """
    examples: list[Example] = []
    digest = blake2b(digest_size=8)
    prompts: list[Prompt] = []
    markers, langs = set(), set()
    for source in sources_of(recipe):
        asked = choose_samples(Path(source.path), recipe.data.split, recipe.data.limit)
        prompt = choose_prompt(recipe.data.prompt, loaded.contract, asked.folder, asked.samples)
        examples += make_examples(
            *(asked.samples, asked.folder, loaded.processor, loaded.contract, prompt),
            source.weight,
        )
        digest.update(f"{asked.digest} {source.weight:g}\n".encode())
        prompts.append(prompt)
        markers |= {one.marker.shape if one.marker else "none" for one in asked.samples}
        langs |= {one.lang for one in asked.samples}
    contract = replace(
        loaded.contract,
        marker=markers.pop() if len(markers) == 1 else loaded.contract.marker,
        langs=tuple(sorted(langs, reverse=True)),
        prompt=prompts[0].template if not prompts[0].verbatim else loaded.contract.prompt,
    )
    return Data(examples, digest.hexdigest(), contract)


def make_watch(recipe: Recipe, loaded: LoadedModel, data: Data, folder: Path) -> Watch | None:
    """What asks the model in training; None if the recipe wants no evaluation.

    Raises:
        DataError: there is nothing to ask.
    """
    keys = recipe.eval
    if not keys.limit:
        return None
    path = Path(keys.data or sources_of(recipe)[0].path)
    try:
        asked: Asked = choose_samples(path, keys.split)
    except DataError as error:
        hint = "make the dataset with --val-share, name eval.data, or set eval.limit: 0"
        raise DataError(error.what, error.where, hint=hint) from None
    prompt = choose_prompt(recipe.data.prompt, loaded.contract, asked.folder, asked.samples)
    return Watch(
        *(spread(asked.samples, keys.limit), asked.folder, folder / EVAL),
        *(loaded.contract, prompt),
        batch_size=keys.batch_size,
        max_new_tokens=keys.max_new_tokens,
    )


def _training(
    recipe: Recipe, loaded: LoadedModel, data: Data, watch: Watch | None, folder: Path
) -> Any:
    from groundkit.train.trainer import Training

    return Training(
        *(loaded.model, loaded.processor, recipe.model, data.examples),
        collator=_collator(recipe, loaded),
        guard=Guard(recipe.guards, folder),
        watch=watch,
        metrics=folder / METRICS,
    )


def _collator(recipe: Recipe, loaded: LoadedModel) -> Collator:
    processor, tokenizer = loaded.processor, loaded.processor.tokenizer
    return Collator(
        form_of(processor.image_processor),
        tokenizer.convert_tokens_to_ids(processor.image_token),
        tokenizer.pad_token_id,
        packed=recipe.data.pack == "shared-image",
        most=recipe.data.pack_tokens,
        number_weight=recipe.data.coordinate_weight,
    )


def _write_notes(training: Any, data: Data, settings: Any, folder: Path) -> None:
    notes = make_notes(
        data=data.digest,
        samples=len(data.examples),
        trained=trained_parts(training.model),
        world=settings.world_size,
    )
    write_notes(notes, folder)


def _run(recipe: Recipe, training: Any, settings: Any, data: Data, folder: Path) -> Trained:
    from groundkit.train.callbacks import Stop, callbacks_for
    from groundkit.train.trainer import GroundingTrainer

    is_first = settings.process_index == 0
    callbacks = callbacks_for(recipe, is_first)
    trainer = GroundingTrainer(training, settings, callbacks)
    trainer.train(resume_from_checkpoint=last_checkpoint(folder))
    if is_first:
        note_wrapped(trainer.wrapped, folder)
    if any(isinstance(one, Stop) and one.asked for one in callbacks):
        raise OptionError("stopped by a signal", hint="the same command goes on from there")
    figures = trainer.best_figures() or (trainer.evaluate() if training.watch else None)
    out = folder / MODEL
    if is_first:
        save_model(training.model, training.processor, data.contract, out)
    trainer.accelerator.wait_for_everyone()
    return Trained(str(out), figures, trainer.state.global_step, training.guard.passed_over)


def save_model(model: Any, processor: Any, contract: Contract, out: Path) -> None:
    """An adapter or whole weights, with processor and contract; appears when it is complete."""
    import tempfile

    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".model-") as temporary:
        made = Path(temporary) / "made"
        made.mkdir()
        model.save_pretrained(made)
        processor.save_pretrained(made)
        write_contract(contract, made)
        made.replace(out)
