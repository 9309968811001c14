"""Asks a model behind an OpenAI-compatible server: vLLM, SGLang, `transformers serve`, others.

A few requests run at a time. What may pass (too many requests, a fault of the
server, no connection, no answer in time) is tried again, later each time; after so many questions
in a row that got no answer the server counts as gone, and the rest is left for the next run.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from groundkit.errors import DataError, GroundkitError, OptionError
from groundkit.predict.job import Job, Outcome, Work, complete, prepare, to_entries
from groundkit.predict.output import Journal, open_journal
from groundkit.predict.progress import Advance, progress, say
from groundkit.predict.questions import Answer, Question

if TYPE_CHECKING:
    from groundkit.predict.requests import Asker

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
    for note in work.notes:
        say(note)
    with open_journal(Path(job.output), work.settings) as journal:
        before = len(journal.done)
        notes: list[str] = []
        if before < len(work.questions):
            with progress(len(work.questions), before) as advance:
                notes = _answer_all(work, journal, endpoint, key, advance)
        return complete(work, journal, before)._replace(notes=notes)


def _check(endpoint: Endpoint) -> None:
    if find_spec("httpx2") is None:
        raise GroundkitError("servers need httpx2, which is not installed", hint=INSTALL)
    if not _is_address(endpoint.url):
        what = "no address of a server"
        raise OptionError(what, "--endpoint", hint="write it as http://localhost:8000/v1")
    if not 1 <= endpoint.concurrency <= 1024:
        raise OptionError(
            f"{endpoint.concurrency} requests at once", "--concurrency", ["1 to 1024"]
        )
    if not endpoint.timeout > 0:
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


def _is_address(url: str) -> bool:
    import httpx2

    try:
        parsed = httpx2.URL(url)
    except httpx2.InvalidURL:
        return False
    return parsed.scheme in ("http", "https") and bool(parsed.host)


def _answer_all(
    work: Work, journal: Journal, endpoint: Endpoint, key: str | None, advance: Advance
) -> list[str]:
    """Asks for what is missing; what the user should know of the server."""
    from groundkit.predict.requests import Asker

    questions = [q for q in work.questions if q.number not in journal.done]
    with journal.part(0) as part:

        def receive(answer: Answer) -> None:
            part.add(to_entries(work, [answer]))
            advance(answer.text is not None)

        async def run() -> list[str]:
            async with Asker(work.job, endpoint, key) as asker:
                await ask_all(questions, asker, endpoint.concurrency, receive)
                return asker.notes

        return asyncio.run(run())


async def ask_all(
    questions: Sequence[Question],
    asker: Asker,
    concurrency: int,
    receive: Callable[[Answer], None],
) -> None:
    """Hands on the answers as they come, until the server is gone."""
    left = iter(questions)
    failed = 0

    async def work() -> None:
        nonlocal failed
        for question in left:
            answer = await asker.ask(question)
            receive(answer)
            if answer.lost:
                failed += 1
            elif answer.text is not None:
                failed = 0
            if failed >= GONE:
                return

    tasks = [asyncio.create_task(work()) for _ in range(concurrency)]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


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
