"""One request to an OpenAI-compatible server, tried until it is answered or hopeless."""

from __future__ import annotations

import asyncio
import base64
import random
from collections.abc import Iterator
from hashlib import blake2b
from types import TracebackType
from typing import Any

import httpx2
import msgspec

from groundkit.errors import DataError, OptionError
from groundkit.predict.endpoint import Endpoint, image_bytes
from groundkit.predict.job import Job
from groundkit.predict.questions import Answer, Question

MOST_BYTES = 4 << 20
"""Of an answer; more is no answer to a question about a box."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0  # seconds
_PASSING = frozenset({408, 409, 425, 429, 500, 502, 503, 504})
_SHOWN = 160
# vLLM and SGLang know it: some models write coordinates between special tokens.
_KEEP = "skip_special_tokens"
_NOT_KEPT = (
    f"the server refuses {_KEEP}: answers come without special tokens, between which some models"
    " (Qwen2-VL, OS-Atlas) write boxes"
)


class _Passing(Exception):  # noqa: N818  (no error: it is tried again)
    """What may be otherwise in a moment; says for how long to wait, if the server did."""

    def __init__(self, what: str, pause: float | None = None) -> None:
        super().__init__(what)
        self.pause = pause


class _UnknownField(Exception):  # noqa: N818  (no error: it is asked again without)
    """The server does not know what is not in OpenAI's own API."""


class _Function(msgspec.Struct):
    name: str
    arguments: str = ""


class _Call(msgspec.Struct):
    function: _Function


class _Piece(msgspec.Struct):
    type: str = "text"
    text: str = ""


class _Message(msgspec.Struct):
    content: str | list[_Piece] | None = None
    tool_calls: list[_Call] | None = None

    @property
    def text(self) -> str:
        """What the model wrote. A server that knows its family takes tool calls, which GUI models
        answer with, out of the text: they are put back as Qwen-VL writes them."""
        calls = [
            f'<tool_call>\n{{"name": "{call.function.name}", "arguments": '
            f"{call.function.arguments or '{}'}}}\n</tool_call>"
            for call in self.tool_calls or ()
        ]
        said = self.content or ""
        if isinstance(said, list):
            said = "".join(piece.text for piece in said if piece.type == "text")
        return "\n".join([said, *calls] if said else calls)


class _Choice(msgspec.Struct):
    message: _Message
    finish_reason: str | None = None


class _Reply(msgspec.Struct):
    choices: list[_Choice]


_replies = msgspec.json.Decoder(_Reply)


class Asker:
    """Asks one server; several questions may be under way at once.

    Attributes:
        notes: what the user should know of the server.
    """

    def __init__(self, job: Job, endpoint: Endpoint, key: str | None) -> None:
        self._job, self._endpoint, self._key = job, endpoint, key
        self._further: dict[str, Any] = {_KEEP: False}
        self.notes: list[str] = []
        try:
            self._client = httpx2.AsyncClient(
                headers={"Authorization": f"Bearer {key}"} if key else {},
                timeout=None,  # the whole of a request has one: see `_try`
                limits=httpx2.Limits(max_connections=endpoint.concurrency),
            )
        except (ImportError, ValueError, OSError) as error:  # proxies and certificates, say
            said = " ".join(str(error).split())[:_SHOWN]
            hint = "look at HTTP_PROXY, ALL_PROXY and SSL_CERT_FILE"
            raise OptionError(
                f"no connection can be made: {said}", "--endpoint", hint=hint
            ) from None

    async def __aenter__(self) -> Asker:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def ask(self, question: Question) -> Answer:
        """The answer to a question; its `problem` says why there is none."""
        try:
            request = await asyncio.to_thread(self._request, question)
        except DataError as error:
            return Answer(question.number, None, str(error))
        pauses = backoff(self._endpoint.retries)
        while True:
            try:
                return await self._try(question.number, request | self._further)
            except _UnknownField:
                self._ask_without()
            except _Passing as error:
                pause = next(pauses, None)
                if pause is None:
                    said = self._without_key(str(error))
                    return Answer(question.number, None, said, lost=True)
                await asyncio.sleep(pause if error.pause is None else error.pause)

    def _ask_without(self) -> None:
        if self._further:
            self.notes.append(_NOT_KEPT)
        self._further = {}

    def _request(self, question: Question) -> dict[str, Any]:
        kind, data = image_bytes(question)
        url = f"data:{kind};base64,{base64.b64encode(data).decode()}"
        words = question.words
        content: list[dict[str, Any]] = []
        if words.before:
            content.append({"type": "text", "text": words.before})
        content.append({"type": "image_url", "image_url": {"url": url}})
        content.append({"type": "text", "text": words.after})
        job = self._job
        request: dict[str, Any] = {
            "model": job.model,
            "messages": [{"role": "user", "content": content}],
            "max_tokens": job.max_new_tokens,
            "temperature": job.temperature,
            "stream": False,
        }
        if job.temperature:
            request["seed"] = seed_of(question, job.seed)
        return request

    async def _try(self, number: int, request: dict[str, Any]) -> Answer:
        timeout = self._endpoint.timeout
        try:
            # Pieces that each come in time must not make an answer that does not.
            response, data = await asyncio.wait_for(self._send(request), timeout)
        except asyncio.TimeoutError:  # another class than the built-in before Python 3.11
            raise _Passing(f"the server gave no answer in {timeout:g} s") from None
        except httpx2.HTTPError as error:
            said = " ".join(str(error).split()) or type(error).__name__
            raise _Passing(f"the server cannot be reached: {said[:_SHOWN]}") from None
        if response.status_code in (400, 422) and _KEEP in request and _KEEP.encode() in data:
            raise _UnknownField
        # Before it is cut, which may leave half of the key.
        shown = data if self._key is None else data.replace(self._key.encode(), b"***")
        if response.status_code in _PASSING:
            what = f"the server answers {response.status_code}: {_excerpt(shown)}"
            raise _Passing(what, _asked_pause(response))
        if response.status_code != 200:
            what = f"the server answers {response.status_code}: {_excerpt(shown)}"
            return Answer(number, None, self._without_key(what), lost=True)
        return _to_answer(number, data, shown)

    async def _send(self, request: dict[str, Any]) -> tuple[httpx2.Response, bytes]:
        """The response and its body, of a length in reason."""
        url = f"{self._endpoint.url.rstrip('/')}/chat/completions"
        headers = {"Content-Type": "application/json"}
        body = msgspec.json.encode(request)
        data = bytearray()
        async with self._client.stream("POST", url, content=body, headers=headers) as response:
            async for piece in response.aiter_bytes():
                data += piece
                if len(data) > MOST_BYTES:
                    most = f"{MOST_BYTES >> 20} MB for one answer"
                    raise _Passing(f"the server sent more than {most}")
        return response, bytes(data)

    def _without_key(self, text: str) -> str:
        """Some servers repeat the key that they do not accept."""
        return text.replace(self._key, "***") if self._key else text


def backoff(retries: int) -> Iterator[float]:
    """Seconds between tries: twice as long each time, and anything from half of it up, so that
    requests that failed together do not come again together."""
    for number in range(retries):
        longest = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**number)
        yield random.uniform(longest / 2, longest)  # decides nothing but when


def seed_of(question: Question, seed: int) -> int:
    """A seed for one draw of a sample; servers that know seeds take 32 bits."""
    name = f"{seed}:{question.draw}:{question.sample.id}".encode()
    return int.from_bytes(blake2b(name, digest_size=4).digest(), "little") >> 1


def _asked_pause(response: httpx2.Response) -> float | None:
    """What the server asks to wait, in reason."""
    try:
        pause = float(response.headers.get("Retry-After", ""))
    except ValueError:
        return None
    return min(max(pause, 0.0), _LONGEST_PAUSE) if pause == pause else None


def _to_answer(number: int, data: bytes, shown: bytes) -> Answer:
    try:
        reply = _replies.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise _Passing(f"the server sends no chat completion: {_excerpt(shown)}") from None
    if not reply.choices:
        raise _Passing("the server sends no choices")
    choice = reply.choices[0]
    return Answer(number, choice.message.text, cut=choice.finish_reason == "length")


def _excerpt(data: bytes) -> str:
    return " ".join(data[: 4 * _SHOWN].decode(errors="replace").split())[:_SHOWN]
