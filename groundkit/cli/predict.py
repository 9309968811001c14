"""`groundkit predict`: samples to predictions."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from groundkit.cli import options as o
from groundkit.cli.streams import output_path
from groundkit.errors import DataError, OptionError

if TYPE_CHECKING:
    from groundkit.contract import Contract
    from groundkit.models.contracts import FamilyOptions, Found
    from groundkit.predict.job import Outcome

# `predict.plan.DEFAULT_BATCH`, which the help must not import.
_BATCH = 16
# Options and their values where they mean nothing.
_OF_MODELS: dict[str, Any] = {
    "n": 1,
    "temperature": 0.0,
    "prompt": None,
    "limit": None,
    "max_new_tokens": 128,
    "model_family": None,
    "frame": None,
    "min_pixels": None,
    "max_pixels": None,
    "partial": False,
}
_OF_LOCAL: dict[str, Any] = {
    "adapter": None,
    "device": None,
    "dtype": None,
    "processes": 1,
    "batch_size": _BATCH,
}
_OF_ENDPOINT: dict[str, Any] = {
    "api_key_env": None,
    "concurrency": 8,
    "timeout": 120.0,
    "retries": 5,
}
_OF_REFERENCE: dict[str, Any] = {"box_size": "64x32"}


def run(
    dataset: Annotated[Path, typer.Argument(help="A samples.jsonl, or the folder that holds it.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The predictions file to write; - is stdout.")
    ],
    model: Annotated[
        str | None,
        typer.Option(
            help="Who answers: tiny, a folder or an id on the hub; with --endpoint the name that "
            "the server knows.",
            show_default=False,
        ),
    ] = None,
    endpoint: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="An OpenAI-compatible server that has the model: http://localhost:8000/v1.",
            show_default=False,
        ),
    ] = None,
    reference: Annotated[
        str | None,
        typer.Option(
            help="Instead of a model: oracle, point-box, centre or random.", show_default=False
        ),
    ] = None,
    adapter: Annotated[
        Path | None, typer.Option(help="A LoRA adapter for the model.", show_default=False)
    ] = None,
    split: Annotated[str, typer.Option(help="Which samples: all, train or val.")] = "all",
    limit: Annotated[
        int | None, typer.Option(help="Only so many samples.", show_default=False)
    ] = None,
    prompt: Annotated[
        str | None,
        typer.Option(
            help="The words of a question: ours (the dataset's own), qwen2.5-vl, ui-tars, "
            "os-atlas, or a file with {x} and {y}. Default: what the model was trained on.",
            show_default=False,
        ),
    ] = None,
    n: Annotated[int, typer.Option("--n", help="Answers a sample; needs --temperature.")] = 1,
    temperature: Annotated[
        float, typer.Option(help="0 for the likeliest answer, 1 to draw as the model says.")
    ] = 0.0,
    seed: Annotated[int, typer.Option(help="Of drawn answers and of random.")] = 0,
    max_new_tokens: Annotated[int, typer.Option(help="An answer ends there.")] = 128,
    batch_size: Annotated[int, typer.Option(help="Answers written at once.")] = _BATCH,
    processes: Annotated[
        int, typer.Option(help="Processes that answer, each with a model of its own.")
    ] = 1,
    device: Annotated[
        str | None,
        typer.Option(help="cpu, cuda, cuda:1 or mps. Default: the best.", show_default=False),
    ] = None,
    dtype: Annotated[
        str | None,
        typer.Option(
            help="float32, bfloat16 or float16. Default: what suits the device.",
            show_default=False,
        ),
    ] = None,
    concurrency: Annotated[int, typer.Option(help="Requests to the server at once.")] = 8,
    timeout: Annotated[float, typer.Option(help="Seconds for one answer of the server.")] = 120.0,
    retries: Annotated[
        int, typer.Option(help="Further tries of a request that failed for now.")
    ] = 5,
    api_key_env: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Environment variable with the key of the server. Default: OPENAI_API_KEY.",
            show_default=False,
        ),
    ] = None,
    model_family: Annotated[
        str | None,
        typer.Option(
            help="How the model writes coordinates, if no groundkit.json lies beside its weights: "
            "qwen2.5-vl, ui-tars-1.5 ...; a wrong name lists them all.",
            show_default=False,
        ),
    ] = None,
    frame: Annotated[
        str | None,
        typer.Option(
            help="Instead of a family: pixel (of the original image), norm1, percent, norm999, "
            "norm1000 or norm1024.",
            show_default=False,
        ),
    ] = None,
    min_pixels: o.MinPixels = None,
    max_pixels: o.MaxPixels = None,
    partial: Annotated[
        bool,
        typer.Option(
            "--partial", help="Write the file though samples got no answer, which count as wrong."
        ),
    ] = False,
    box_size: Annotated[
        str, typer.Option(help="Box of point-box and centre, in pixels of the saved image.")
    ] = "64x32",
) -> None:
    """Answer the questions of a dataset: with a model, through a server, or without a model.

    A run that was killed goes on where it stopped when the same command is given again.

    Example: groundkit predict data --model tiny -o predictions.jsonl
    """
    given = locals()
    _check_source(given)
    if reference is not None:
        _reference(dataset, output, reference, split=split, seed=seed, box_size=box_size)
    elif endpoint is not None:
        _announce(_ask_server(given), output)
    else:
        _announce(_ask_model(given), output)


def _check_source(given: Mapping[str, Any]) -> None:
    """One source of answers, and no option of another one."""
    reference, model, endpoint = given["reference"], given["model"], given["endpoint"]
    if reference is None and model is None:
        hint = "--endpoint URL --model NAME" if endpoint else "--model tiny, or --reference oracle"
        raise OptionError("who answers?", "--model", hint=hint)
    if reference is not None and (model or endpoint):
        raise OptionError("a reference needs no model", "--reference", hint="leave one of them out")
    if reference is not None:
        _refuse(given, _OF_MODELS | _OF_LOCAL | _OF_ENDPOINT, "a reference")
    elif endpoint is not None:
        _refuse(given, _OF_LOCAL | _OF_REFERENCE, "a server")
    else:
        _refuse(given, _OF_ENDPOINT | _OF_REFERENCE, "a model that runs here")


def _refuse(given: Mapping[str, Any], options: Mapping[str, Any], who: str) -> None:
    for name, unused in options.items():
        if given[name] != unused:
            raise OptionError(f"{who} has no use for it", f"--{name.replace('_', '-')}")


def _reference(
    dataset: Path, output: Path, reference: str, *, split: str, seed: int, box_size: str
) -> None:
    from groundkit.predict.reference import REFERENCES, predict_reference

    chosen = next((name for name in REFERENCES if name == reference), None)
    if chosen is None:
        raise OptionError(f"unknown reference {reference!r}", "--reference", REFERENCES)
    count = predict_reference(
        dataset, output_path(output), chosen, split=split, seed=seed, box_size=_parse_size(box_size)
    )
    _say_written(count, output)


def _ask_model(given: Mapping[str, Any]) -> Outcome:
    from groundkit.models.contracts import contract_of_model
    from groundkit.models.devices import flush_denormals
    from groundkit.models.problems import need_extra
    from groundkit.predict.job import Job
    from groundkit.predict.run import LocalJob, predict_model

    need_extra()
    flush_denormals()
    adapter = given["adapter"]
    contract = _told(contract_of_model(given["model"], adapter, _family(given)))
    local = LocalJob(
        job=Job(contract=contract, **_shared(given)),
        adapter=None if adapter is None else str(adapter),
        device=given["device"],
        dtype=given["dtype"],
        batch_size=given["batch_size"],
    )
    return predict_model(local, given["processes"])


def _ask_server(given: Mapping[str, Any]) -> Outcome:
    from groundkit.models.contracts import contract_of_server
    from groundkit.predict.endpoint import Endpoint, predict_endpoint
    from groundkit.predict.job import Job

    contract = _told(contract_of_server(given["model"], _family(given)))
    endpoint = Endpoint(
        url=given["endpoint"],
        key_name=given["api_key_env"],
        concurrency=given["concurrency"],
        timeout=given["timeout"],
        retries=given["retries"],
    )
    return predict_endpoint(Job(contract=contract, **_shared(given)), endpoint)


def _shared(given: Mapping[str, Any]) -> dict[str, Any]:
    names: tuple[str, ...] = ("model", "prompt", "split", "limit", "temperature", "seed")
    names += ("max_new_tokens", "partial")
    paths = {"dataset": str(given["dataset"]), "output": str(output_path(given["output"]))}
    return {name: given[name] for name in names} | paths | {"draws": given["n"]}


def _family(given: Mapping[str, Any]) -> FamilyOptions:
    from groundkit.models.contracts import FamilyOptions

    names = ("model_family", "min_pixels", "max_pixels", "frame")
    return FamilyOptions(*(given[name] for name in names))


def _told(found: Found) -> Contract:
    """The contract, after what it was concluded from is said."""
    if found.note:
        typer.echo(found.note, err=True)
    return found.contract


def _announce(outcome: Outcome, output: Path) -> None:
    """What was written; an error if no answer is one that a working model would write."""
    from groundkit.predict.output import name_some

    for note in outcome.notes:
        typer.echo(note, err=True)
    before = outcome.rows - outcome.fresh - len(outcome.missing)
    if before:
        typer.echo(f"{before:,} rows were there already", err=True)
    if outcome.missing:
        some = name_some(outcome.missing)
        what = f"{len(outcome.missing):,} of {outcome.rows:,} have no answer ({some}) and count as"
        typer.echo(f"{what} wrong; the same command asks for them again", err=True)
    answered = outcome.rows - len(outcome.missing)
    if not answered:
        raise DataError("no sample has an answer", str(output), hint="the same command tries again")
    for ids, what, hint in (
        (outcome.cut, "cut at the limit of length", "--max-new-tokens raises it"),
        (outcome.empty, "empty", "do the prompt and the chat template suit the model?"),
    ):
        if len(ids) == answered:
            kept = "the rows are written all the same"
            raise DataError(
                f"all {len(ids):,} answers are {what}", str(output), hint=f"{hint}; {kept}"
            )
        if ids:
            typer.echo(f"{len(ids):,} answers are {what} ({name_some(ids)}); {hint}", err=True)
    _say_written(outcome.rows, output)


def _say_written(count: int, output: Path) -> None:
    from groundkit.store import is_stream

    typer.echo(f"{count:,} predictions -> {output}", err=True)
    if not is_stream(output_path(output)):
        typer.echo(f"next: groundkit eval {_quote(output)}", err=True)


def _quote(path: Path) -> str:
    """As a word of a shell that is no option."""
    name = str(path)
    return shlex.quote(f"./{name}" if name.startswith("-") else name)


def _parse_size(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"([0-9]{1,6})[xX]([0-9]{1,6})", text)
    if match is None:
        shown = text if len(text) <= 40 else text[:40] + "…"
        raise OptionError(f"not a size: {shown!r}", "--box-size", hint="write it as 64x32")
    return int(match[1]), int(match[2])
