"""One run of `predict` with a model: what is asked for, checked, and what it amounts to."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

import msgspec

from groundkit.contract import Contract
from groundkit.errors import OptionError
from groundkit.metrics.outputs import check_output, samples_file
from groundkit.models.find import find_model, notes_of
from groundkit.predict.output import NOT_ASKED, Entry, Journal, Settings, list_missing, missing
from groundkit.predict.prompts import Prompt, choose_prompt
from groundkit.predict.questions import Answer, Question, make_questions, to_prediction
from groundkit.predict.samples import choose_samples, gold_for, images_seen_from
from groundkit.records import Prediction, Sample
from groundkit.store import is_stream

_MOST_DRAWS = 1024
_PARTS_OF_MODELS = frozenset({".safetensors", ".bin", ".json", ".txt", ".model", ".jinja", ".py"})


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for. Everything in it but `output` and `partial` decides the answers.

    Attributes:
        dataset, output: paths.
        model: as the user named it; `name` is what rows are signed with, if that differs.
        contract: how to ask it.
        prompt: of `--prompt`; None for what the contract says.
        draws: answers a sample.
        temperature: 0 for the likeliest answer.
        limit: how many samples.
        partial: whether the output is written though samples have no answer.
    """

    dataset: str
    output: str
    model: str
    contract: Contract
    prompt: str | None = None
    split: str = "all"
    limit: int | None = None
    draws: int = 1
    temperature: float = 0.0
    seed: int = 0
    max_new_tokens: int = 128
    partial: bool = False


class Work(NamedTuple):
    """A job with its questions.

    Attributes:
        images: the dataset's folder as seen from the output.
        settings: what a run that goes on with this one must have in common.
        notes: what the user should know before it starts.
    """

    job: Job
    questions: list[Question]
    images: Path
    settings: Settings
    notes: list[str]


class Outcome(NamedTuple):
    """What a finished run came to.

    Attributes:
        rows: predictions written.
        fresh: of them, those that this run made.
        cut: ids of the answers that ended at the limit of their length.
        empty: ids of the answers without a word.
        missing: ids of samples without an answer, of a partial output.
        notes: what else the user should know.
    """

    rows: int
    fresh: int
    cut: list[str]
    empty: list[str]
    missing: list[str]
    notes: Sequence[str] = ()


def prepare(job: Job, **more: str) -> Work:
    """Reads the samples and checks everything that can be checked before the model is there.

    Args:
        more: further settings that decide the answers.

    Raises:
        DataError, OptionError: samples or options that cannot be used.
    """
    _check(job)
    samples = samples_file(Path(job.dataset))
    output = Path(job.output)
    if not is_stream(output):
        check_output("--output", output, samples)
        _check_place(output)
    asked = choose_samples(Path(job.dataset), job.split, job.limit)
    prompt = choose_prompt(job.prompt, job.contract, asked.folder, asked.samples)
    questions = make_questions(asked.samples, asked.folder, job.contract, prompt, job.draws)
    settings = _settings(job, prompt, asked.digest) | more
    notes = list(_doubts(job.contract, asked.samples))
    return Work(job, questions, images_seen_from(samples, output), settings, notes)


def _check_place(output: Path) -> None:
    """What would otherwise be noticed when all answers are there."""
    if output.is_dir():
        hint = f"-o {output / 'predictions.jsonl'}"
        raise OptionError(f"{str(output)!r} is a folder", "--output", hint=hint)
    folder = next(parent for parent in output.absolute().parents if parent.exists())
    if not (folder.is_dir() and os.access(folder, os.W_OK)):
        raise OptionError(f"{str(folder)!r} is no folder to write in", "--output")


def _doubts(contract: Contract, samples: Sequence[Sample]) -> Iterator[str]:
    """Where the dataset is unlike what the model was trained on."""
    if "family" in contract.tags or contract.factor is None:
        return  # nobody says what it was trained on
    shapes = {sample.marker.shape if sample.marker else "none" for sample in samples}
    if shapes != {contract.marker}:
        drawn = ", ".join(sorted(shapes))
        yield f"the model was trained with marker {contract.marker}; the dataset has {drawn}"
    strange = sorted({sample.lang for sample in samples} - {*contract.langs})
    if strange:
        yield f"the model was not trained on questions in {', '.join(strange)}"


def _check(job: Job) -> None:
    if job.draws < 1:
        raise OptionError(f"{job.draws} answers a sample are none", "--n")
    if job.draws > _MOST_DRAWS:
        raise OptionError(f"{job.draws} answers a sample", "--n", [f"1 to {_MOST_DRAWS}"])
    if not 0 <= job.temperature <= 10:
        raise OptionError(f"no temperature of {job.temperature:g}", "--temperature", ["0 to 10"])
    if job.draws > 1 and not job.temperature:
        what = f"without a temperature all {job.draws} answers to a sample are the same"
        raise OptionError(what, "--n", hint="add --temperature 1")
    if not 1 <= job.max_new_tokens <= 1 << 16:
        raise OptionError(f"no answer has {job.max_new_tokens} tokens", "--max-new-tokens")


def _settings(job: Job, prompt: Prompt, samples: str) -> Settings:
    contract = blake2b(msgspec.json.encode(job.contract), digest_size=8).hexdigest()
    words = blake2b(prompt.template.encode(), digest_size=8).hexdigest()
    return {
        "model": job.model,
        "set of samples": samples,
        "contract": contract,
        "prompt": prompt.style,
        "wording": words if prompt.template else "none",
        "n": str(job.draws),
        "temperature": f"{job.temperature:g}",
        "seed": str(job.seed) if job.temperature else "none",
        "max-new-tokens": str(job.max_new_tokens),
    }


def weights_of(model: str, adapter: str | None) -> str:
    """What tells the weights of a local model from those of another training at the same place."""
    digest = blake2b(digest_size=8)
    where = notes_of(model)
    folders = [where] if Path(find_model(model)).is_dir() else []
    if not folders:
        digest.update(where.name.encode())  # of the hub: the commit
    for folder in [*folders, *([Path(adapter)] if adapter else [])]:
        for path in sorted(folder.glob("*")):
            if path.suffix in _PARTS_OF_MODELS and not path.name.startswith("."):
                found = path.stat()
                digest.update(f"{path.name} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def to_entries(work: Work, answers: Sequence[Answer]) -> Iterator[Entry]:
    """Lines of a partial file for answers."""
    job = work.job
    for answer in answers:
        if answer.text is None:
            yield Entry(answer.number, problem=answer.problem)
            continue
        question = work.questions[answer.number]
        gold = gold_for(question.sample, work.images)
        row = to_prediction(question, answer.text, job.contract, job.model, gold)
        yield Entry(answer.number, row, cut=answer.cut, empty=not answer.text.strip())


def complete(work: Work, journal: Journal, before: int) -> Outcome:
    """Writes the output, if all questions have an answer.

    Args:
        before: how many answers there were when the run began.

    Raises:
        DataError: some have none and the job is not `partial`; what is there is kept.
    """
    journal.refresh()
    ids = [question.sample.id for question in work.questions]
    left = [number for number in range(len(ids)) if number not in journal.done]
    listed = list_missing(journal, work.questions, left)
    if left and not work.job.partial:
        raise missing(journal, ids, left, listed)
    cut, empty = ([ids[number] for number in sorted(some)] for some in (journal.cut, journal.empty))
    journal.finish(len(ids), {number: _unanswered(work, journal, number) for number in left})
    fresh = len(journal.done) - before
    return Outcome(len(ids), fresh, cut, empty, [ids[number] for number in left])


def _unanswered(work: Work, journal: Journal, number: int) -> Prediction:
    """A row in place of an answer, so that the sample counts as wrong instead of not at all."""
    question = work.questions[number]
    gold = gold_for(question.sample, work.images)
    row = to_prediction(question, "", work.job.contract, work.job.model, gold)
    return msgspec.structs.replace(row, problem=journal.problems.get(number) or NOT_ASKED)
