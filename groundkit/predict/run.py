"""Runs a local model over a dataset, in this process or in several."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from groundkit.errors import OptionError
from groundkit.models.devices import choose_device, choose_dtype
from groundkit.predict.job import Job, Outcome, Work, complete, prepare, to_entries, weights_of
from groundkit.predict.output import Journal, Part, Settings, open_journal
from groundkit.predict.plan import DEFAULT_BATCH, plan, share_of
from groundkit.predict.progress import Advance, progress, say
from groundkit.predict.questions import Answer, Question

AnswerBatch = Callable[[Sequence[Question]], Iterator[Answer]]


class LocalJob(msgspec.Struct, frozen=True, kw_only=True):
    """A job for a model that runs here.

    Attributes:
        adapter: folder of a LoRA adapter.
        device, dtype: of `load_model`.
        batch_size: answers written at once.
        share: whether questions about one image share its encoding.
    """

    job: Job
    adapter: str | None = None
    device: str | None = None
    dtype: str | None = None
    batch_size: int = DEFAULT_BATCH
    share: bool = True

    def prepare(self) -> Work:
        """The work, with all settings that decide the bytes of its answers."""
        more: Settings = {
            "source": "a model that runs here",
            "adapter": self.adapter or "none",
            "set of weights": weights_of(self.job.model, self.adapter),
            "dtype": str(choose_dtype(self.dtype, choose_device(self.device))).removeprefix(
                "torch."
            ),
            "kind of device": choose_device(self.device).type,
            "batch-size": str(self.batch_size),
            "sharing of images": "on" if self.share else "off",
        }
        return prepare(self.job, **more)


def predict_model(local: LocalJob, processes: int = 1) -> Outcome:
    """Writes a self-contained predictions.jsonl; goes on with a run that was killed.

    Args:
        processes: that answer, each with the model of its own.

    Raises:
        DataError: files that cannot be used, or samples that got no answer: the rows of the
            others are kept, and the same call goes on.
        OptionError: an option that cannot be used, or an unfinished run with others.
    """
    if local.batch_size < 1:
        raise OptionError(f"a batch of {local.batch_size} is none", "--batch-size")
    if processes < 1:
        raise OptionError(f"{processes} processes are none", "--processes")
    work = local.prepare()
    for note in work.notes:
        say(note)
    with open_journal(Path(local.job.output), work.settings) as journal:
        before = len(journal.done)
        if before < len(work.questions):
            with progress(len(work.questions), before) as advance:
                if processes == 1:
                    answer_share(local, work, journal, advance)
                else:
                    from groundkit.predict.launch import run_processes

                    run_processes(local, journal, processes, advance)
        return complete(work, journal, before)


def answer_share(
    local: LocalJob, work: Work, journal: Journal, advance: Advance, rank: int = 0, world: int = 1
) -> None:
    """Answers the questions of one process out of `world`; finished batches are passed over."""
    batches = share_of(plan(work.questions, local.batch_size), rank, world)
    batches = [b for b in batches if any(q.number not in journal.done for q in b)]
    if not batches:
        return
    with journal.part(rank) as part:
        answer = load_answerer(local)
        for batch in batches:
            # The whole of it, so that what is left is answered in the company it began in.
            _add(work, journal, part, list(answer(batch)), advance)


def _add(work: Work, journal: Journal, part: Part, answers: list[Answer], advance: Advance) -> None:
    new = [answer for answer in answers if answer.number not in journal.done]
    part.add(to_entries(work, new))
    advance(sum(answer.text is not None for answer in new))


def load_answerer(local: LocalJob) -> AnswerBatch:
    """The loaded model as a function of a batch."""
    from groundkit.models.load import load_model
    from groundkit.predict.local import Decoding, LocalModel

    job = local.job
    loaded = load_model(
        job.model,
        adapter=Path(local.adapter) if local.adapter else None,
        device=local.device,
        dtype=local.dtype,
        contract=job.contract,
    )
    decoding = Decoding(
        max_new_tokens=job.max_new_tokens,
        temperature=job.temperature,
        seed=job.seed,
        share=local.share,
    )
    return LocalModel(loaded, decoding).answer
