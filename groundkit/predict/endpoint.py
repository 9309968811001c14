"""Asks a model behind an OpenAI-compatible server: vLLM, SGLang, `transformers serve`, others.

A few requests run at a time, each in a thread. What may pass (too many requests, a fault of the
server, no connection, no answer in time) is tried again, later each time; after so many questions
in a row that got no answer the server counts as gone, and the rest is left for the next run.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from importlib.util import find_spec
from itertools import islice
from pathlib import Path

import msgspec

from groundkit.errors import DataError, GroundkitError, OptionError
from groundkit.predict.job import Job, Outcome, Work, complete, prepare, to_entries
from groundkit.predict.output import Journal, open_journal
from groundkit.predict.progress import Advance, progress
from groundkit.predict.questions import Answer, Question

INSTALL = "pip install 'groundkit[endpoint]'"
KEY = "OPENAI_API_KEY"
GONE = 10
"""So many questions in a row without an answer: the server is gone."""


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """A server and how to treat it.

    Attributes:
        url: with the version: http://localhost:8000/v1.
        key_name: environment variable that holds the key; None for KEY, which may be unset.
        concurrency: requests at once.
        timeout: seconds for one answer, from the first byte sent to the last received.
        retries: further tries of a request.
    """

    url: str
    key_name: str | None = None
    concurrency: int = 8
    timeout: float = 120.0
    retries: int = 5


def predict_endpoint(job: Job, endpoint: Endpoint) -> Outcome:
    """Writes a self-contained predictions.jsonl; goes on with a run that was stopped.

    Raises:
        DataError: samples got no answer; the rows of the others are kept.
        OptionError: an option that cannot be used, or an unfinished run with others.
        GroundkitError: httpx2 is not installed.
    """
    _check(endpoint)
    key = _key(os.environ, endpoint.key_name)
    work = prepare(job, source="a server")
    with open_journal(Path(job.output), work.settings) as journal:
        before = len(journal.done)
        if before < len(work.questions):
            with progress(len(work.questions), before) as advance:
                _answer_all(work, journal, endpoint, key, advance)
        return complete(work, journal, before)


def _check(endpoint: Endpoint) -> None:
    if find_spec("httpx2") is None:
        raise GroundkitError("servers need httpx2, which is not installed", hint=INSTALL)
    if not endpoint.url.startswith(("http://", "https://")):
        what = "no address of a server"
        raise OptionError(what, "--endpoint", hint="write it as http://localhost:8000/v1")
    if not 1 <= endpoint.concurrency <= 1024:
        raise OptionError(
            f"{endpoint.concurrency} requests at once", "--concurrency", ["1 to 1024"]
        )
    if endpoint.timeout <= 0:
        raise OptionError("there is no time for an answer", "--timeout")
    if endpoint.retries < 0:
        raise OptionError(f"{endpoint.retries} tries", "--retries", hint="0 for no second try")


def _key(environment: Mapping[str, str], name: str | None) -> str | None:
    """The key of the server; it is in no message."""
    if name is not None and not environment.get(name):
        raise OptionError("the environment has no such variable", "--api-key-env")
    key = environment.get(name or KEY, "").strip()  # a file with Windows line ends leaves a \r
    if not (key.isascii() and key.isprintable()):
        raise OptionError(f"the key in {name or KEY} holds what no header can", "--api-key-env")
    return key or None


def _answer_all(
    work: Work, journal: Journal, endpoint: Endpoint, key: str | None, advance: Advance
) -> None:
    questions = [q for q in work.questions if q.number not in journal.done]
    with journal.part(0) as part:
        for answer in ask_all(questions, work.job, endpoint, key):
            part.add(to_entries(work, [answer]))
            advance(answer.text is not None)


def ask_all(
    questions: Sequence[Question], job: Job, endpoint: Endpoint, key: str | None
) -> Iterator[Answer]:
    """The answers as they come, until the server is gone."""
    from groundkit.predict.requests import Asker

    failed = 0
    left = iter(questions)
    with Asker(job, endpoint, key) as asker, ThreadPoolExecutor(endpoint.concurrency) as pool:
        running: set[Future[Answer]] = set()
        # Only as many as can run, so that a server that is gone is not asked for all the rest.
        running |= {pool.submit(asker.ask, q) for q in islice(left, endpoint.concurrency)}
        try:
            while running:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for answer in (future.result() for future in done):
                    yield answer
                    lost = answer.text is None and answer.problem.startswith(_LOST)
                    failed = failed + 1 if lost else 0
                if failed < GONE:
                    running |= {pool.submit(asker.ask, q) for q in islice(left, len(done))}
        finally:
            asker.stop()


_LOST = "the server"


def image_bytes(question: Question) -> tuple[str, bytes]:
    """(media type, bytes) of the image at exactly the size that the model is shown.

    The saved file itself where it has that size already.

    Raises:
        DataError: the image cannot be used.
    """
    from groundkit import images
    from groundkit.predict.questions import load_image

    pixels = load_image(question)
    saved = (question.sample.width, question.sample.height)
    kind = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png"}.get(
        question.image.suffix.lower()
    )
    if kind and question.seen == saved and _is_plain(question.image):
        return kind, question.image.read_bytes()
    return "image/png", images.encode(pixels, ".png")


def _is_plain(path: Path) -> bool:
    """Whether a file holds what its name says, upright and opaque, for every reader."""
    from PIL import Image

    try:
        with Image.open(path) as header:
            named = "PNG" if path.suffix.lower() == ".png" else "JPEG"
            return header.format == named and header.mode == "RGB" and not header.info.get("exif")
    except OSError as error:
        raise DataError(f"cannot read the image: {error}", str(path)) from None
