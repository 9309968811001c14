"""Rows of a run as they are finished, kept in hidden files beside the output until all are there.

`.NAME.0.rows` beside NAME has a line that says how the run was started, then a line an answer; with
several processes each has a file of its own. A killed run goes on from them. At the end the
rows are written in the order of the dataset, and the partial files removed.
"""

from __future__ import annotations

import fcntl
import os
import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import IO, NamedTuple

import msgspec

from groundkit.errors import DataError, OptionError
from groundkit.predict.questions import Question
from groundkit.records import Prediction
from groundkit.store import atomic_write, encode_line, is_stream

Settings = dict[str, str]
_FEW = 3
NOT_ASKED = "not asked"
_ROOM = "make room; the same command goes on from the rows that are there"


class Entry(msgspec.Struct, omit_defaults=True):
    """A line of a partial file: a finished row, or a question without an answer and why."""

    number: int
    row: Prediction | None = None
    problem: str = ""
    cut: bool = False
    empty: bool = False


class _Header(msgspec.Struct):
    settings: Settings


class _Place(NamedTuple):
    path: Path
    offset: int


_entries = msgspec.json.Decoder(Entry)
_headers = msgspec.json.Decoder(_Header)
_encode = msgspec.json.Encoder().encode


class Part:
    """One partial file, open for adding rows; no other process may add to it meanwhile."""

    def __init__(self, path: Path) -> None:
        self.path, self._header = path, b""
        self._file: IO[bytes] = path.open("a+b", buffering=0)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._file.close()
            what = "another run is writing it"
            raise OptionError(
                what, "--output", hint=f"wait for it, or name another: {path}"
            ) from None

    def begin(self, settings: Settings) -> None:
        """Cuts off a torn line; starts over if the file is of a run with other settings, which has
        no rows then: see `Journal`."""
        self._header = _encode(_Header(settings)) + b"\n"
        self._file.truncate(_whole_length(self._file, settings))

    def add(self, entries: Iterable[Entry]) -> None:
        """Appends lines in one write, so that a kill leaves at most the last of them torn.

        Raises:
            DataError: the disk is full, above all.
        """
        data = b"".join(_encode(entry) + b"\n" for entry in entries)
        start = os.fstat(self._file.fileno()).st_size
        data = data if start else self._header + data
        try:
            while data:
                data = data[self._file.write(data) :]
        except OSError as error:
            self._file.truncate(start)
            what = f"cannot write: {error.strerror or error}"
            raise DataError(what, str(self.path), hint=_ROOM) from None

    def close(self) -> None:
        """Lets others write it; a run that did not come to its first answer leaves nothing."""
        if not os.fstat(self._file.fileno()).st_size:
            self.path.unlink(missing_ok=True)
        self._file.close()


def _whole_length(file: IO[bytes], settings: Settings) -> int:
    """Bytes up to the end of the last whole line, 0 if the first says other settings."""
    file.seek(0)
    length = 0
    for line in iter(file.readline, b""):
        if not line.endswith(b"\n"):
            break
        if not length and _headers.decode(line).settings != settings:
            break
        length += len(line)
    return length


class Journal:
    """The partial files of one output.

    Args:
        output: that they lie beside.
        settings: of the run; those of a run that is gone on with must be the same. One that got no
            answer at all is not gone on with.
        target: a stream where the rows go at the end, in place of `output`.

    Raises:
        OptionError: they are of a run with other settings.
        DataError: they cannot be read.
    """

    def __init__(self, output: Path, settings: Settings, target: Path | None = None) -> None:
        self.output, self._settings = output, settings
        self._target = target or output
        self.streams = target is not None
        self.done: dict[int, _Place] = {}
        self.problems: dict[int, str] = {}
        self.cut: set[int] = set()
        self.empty: set[int] = set()
        self.refresh()

    @property
    def paths(self) -> list[Path]:
        """The partial files that are there."""
        name = re.compile(re.escape(f".{self.output.name}.") + r"\d+\.rows")
        folder = self.output.parent
        found = folder.iterdir() if folder.is_dir() else iter(())
        return sorted(path for path in found if name.fullmatch(path.name))

    @contextmanager
    def part(self, rank: int) -> Iterator[Part]:
        """The partial file of a process, to add to."""
        path = self.output.with_name(f".{self.output.name}.{rank}.rows")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            part = Part(path)
        except OSError as error:
            raise DataError(f"cannot write: {error.strerror or error}", str(path)) from None
        try:
            self.refresh()  # now that nobody else writes it
            part.begin(self._settings)
            yield part
        finally:
            part.close()

    def refresh(self) -> None:
        """Reads the files anew."""
        self.done, self.problems, self.cut, self.empty = {}, {}, set(), set()
        for path in self.paths:
            try:
                with path.open("rb") as file:
                    self._read(path, file)
            except OSError as error:
                raise DataError(f"cannot read: {error.strerror or error}", str(path)) from None

    def _read(self, path: Path, file: IO[bytes]) -> None:
        offset, settings = 0, self._settings
        for number, line in enumerate(iter(file.readline, b"")):
            if not line.endswith(b"\n"):
                return
            try:
                if number == 0:
                    settings = _headers.decode(line).settings
                else:
                    self._note(path, offset, _entries.decode(line), settings)
            except msgspec.MsgspecError:
                hint = "remove it to start over"
                raise DataError(
                    "no partial file of ours", f"{path}:{number + 1}", hint=hint
                ) from None
            offset += len(line)

    def _check(self, path: Path, found: Settings) -> None:
        if found == self._settings:
            return
        for name in sorted({*found, *self._settings}):
            was, is_now = found.get(name, "none"), self._settings.get(name, "none")
            if was != is_now:
                raise OptionError(
                    f"an unfinished run has another {name}: {was[:60]}, now {is_now[:60]}",
                    "--output",
                    hint=f"start that one again, name another file, or remove {path}",
                )

    def _note(self, path: Path, offset: int, entry: Entry, settings: Settings) -> None:
        if entry.row is None:
            self.problems[entry.number] = entry.problem
            return
        self._check(path, settings)
        self.done.setdefault(entry.number, _Place(path, offset))
        if entry.cut:
            self.cut.add(entry.number)
        if entry.empty:
            self.empty.add(entry.number)

    def finish(self, total: int, instead: Mapping[int, Prediction] = MappingProxyType({})) -> None:
        """Writes the output, all rows in order, and removes the partial files, unless rows are
        missing that the same command may still get.

        Args:
            instead: rows in place of those that are missing.

        Raises:
            DataError: the output cannot be written.
        """
        assert len(self.done) + len(instead) == total
        try:
            self._write_all(total, instead)
        except DataError as error:
            hint = "name a file, and nothing is lost" if self.streams else _ROOM
            raise DataError(error.what, error.where, hint=hint) from None
        if not instead:
            self.remove()

    def _write_all(self, total: int, instead: Mapping[int, Prediction]) -> None:
        files = {path: path.open("rb") for path in self.paths}
        try:
            with atomic_write(self._target) as out:
                for number in range(total):
                    if number in instead:
                        out.write(encode_line(instead[number]))
                        continue
                    path, offset = self.done[number]
                    files[path].seek(offset)
                    row = _entries.decode(files[path].readline()).row
                    assert row is not None
                    out.write(encode_line(row))
        finally:
            for file in files.values():
                file.close()

    def remove(self) -> None:
        """Removes the partial files."""
        for path in self.paths:
            path.unlink()


@contextmanager
def open_journal(output: Path, settings: Settings) -> Iterator[Journal]:
    """The partial files of an output; of a stream they lie in a temporary folder."""
    if not is_stream(output):
        target = output.resolve() if output.is_symlink() else output
        yield Journal(target, settings)
        return
    with tempfile.TemporaryDirectory(prefix="groundkit-") as folder:
        yield Journal(Path(folder) / "predictions.jsonl", settings, output)


class _Unanswered(msgspec.Struct, omit_defaults=True):
    """A line of the list of questions without an answer."""

    id: str
    problem: str
    draw: int = 0


def list_missing(journal: Journal, questions: Sequence[Question], left: list[int]) -> Path | None:
    """Lists the questions without an answer, with the reasons, in a file beside the output; removes
    the list of an earlier run if there are none. None for the output of a stream."""
    if journal.streams:
        return None
    path = journal.output.with_name(f"{journal.output.stem}.missing.jsonl")
    if not left:
        path.unlink(missing_ok=True)
        return None
    with atomic_write(path) as out:
        for number in left:
            question, problem = questions[number], journal.problems.get(number) or NOT_ASKED
            out.write(encode_line(_Unanswered(question.sample.id, problem, question.draw)))
    return path


def missing(journal: Journal, ids: list[str], left: list[int], listed: Path | None) -> DataError:
    """What to say if questions have no answer.

    Args:
        ids: of the sample of each question.
        left: the questions without an answer.
        listed: the file that lists them.
    """
    shown = name_some(ids[number] for number in left)
    problem = _most_frequent(journal.problems[n] for n in left if journal.problems.get(n))
    what = f"{len(left):,} of {len(ids):,} answers are missing ({shown}): {problem}"
    all_of_them = f"; all are listed in {listed}" if listed and len(left) > 1 else ""
    if journal.streams:
        return DataError(what, hint="of a stream nothing is kept: name a file, and nothing is lost")
    if not journal.done:
        return DataError(what, hint=f"the same command tries again{all_of_them}")
    kept = f"{len(journal.done):,} rows are kept; the same command goes on from them"
    return DataError(what, hint=f"{kept}, --partial writes without the rest{all_of_them}")


def _most_frequent(problems: Iterable[str]) -> str:
    """The problem of most questions; the first of several such."""
    counted = Counter(problems)
    return counted.most_common(1)[0][0] if counted else NOT_ASKED


def name_some(ids: Iterable[str]) -> str:
    """The first few of some ids."""
    named = list(dict.fromkeys(ids))
    return ", ".join(named[:_FEW]) + (", …" if len(named) > _FEW else "")
