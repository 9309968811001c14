"""How well the tiny model finds elements, beside what costs nothing.

    python -m groundkit.tiny.evaluate                 # the checkpoint that ships
    python -m groundkit.tiny.evaluate --model DIR --screens DIR

Synthetic screens are drawn with seeds that training never uses. Each row of the table is one way of
asking about 300 screens, one question a screen, answered greedily; `box` is a box of constant
size around the point, the best of a few sizes, and `untrained` is the same model with random
weights. IoU of an unreadable answer is 0. Sides are 224 to 448 pixels if a row says no other; the
first row is shown by size as well.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from groundkit import images
from groundkit.dataset.build import make_dataset
from groundkit.dataset.screen import DatasetOptions
from groundkit.geometry import Size
from groundkit.grammar import read_answer
from groundkit.images import Pixels
from groundkit.models.load import LoadedModel, load_model
from groundkit.records import LocatedScreen, Sample, Screen
from groundkit.store import read_jsonl
from groundkit.synth import UNSEEN_DESIGNS, make_screen
from groundkit.synth.fonts import FontChoice, find_fonts
from groundkit.tiny.questions import Question, Target, draw_stars, fill, find_targets
from groundkit.tiny.words import STAR_QUESTIONS
from groundkit.vocabulary import LANGS, Lang

SEED = 77
_BATCH = 32
_SMALL_AREA = 336 * 336
_REAL_SCREENS = Path("fixtures/screens")
_BOX_SIZES: tuple[Size, ...] = ((24, 16), (32, 12), (40, 14), (48, 20), (64, 24), (64, 32))
REVERSE: dict[Lang, str] = {"zh": "{name}在哪里?", "en": "Where is {name}?"}


class Case(NamedTuple):
    """A picture with a question about it."""

    pixels: Pixels
    question: Question


class Scores(NamedTuple):
    """Means over the cases: shares of readable answers, IoU, IoU of at least 0.5, centre hit."""

    cases: int
    parse: float
    iou: float
    iou50: float
    hit: float

    def row(self, name: str) -> str:
        return (
            f"{name:34} {self.cases:5} {self.parse:6.3f} {self.iou:6.3f}"
            f" {self.iou50:6.3f} {self.hit:6.3f}"
        )


HEADER = f"{'':34} {'n':>5} {'parse':>6} {'IoU':>6} {'IoU.5':>6} {'hit':>6}"

Asker = Callable[[Pixels, list[Target], Any, Lang], "Case | None"]


def ask_star(pixels: Pixels, targets: list[Target], rivals: Any, lang: Lang) -> Case:
    """The question of `make-dataset`: coordinates and a star."""
    (marker,) = draw_stars(pixels, targets[:1], rivals)
    return Case(pixels, Question(fill("", targets[0], marker, lang), targets[0], lang))


def ask_bare(pixels: Pixels, targets: list[Target], rivals: Any, lang: Lang) -> Case:
    """Coordinates, no star."""
    return Case(pixels, Question(fill("", targets[0], None, lang), targets[0], lang))


def ask_star_only(pixels: Pixels, targets: list[Target], rivals: Any, lang: Lang) -> Case:
    """A star, no coordinates."""
    (marker,) = draw_stars(pixels, targets[:1], rivals)
    text = fill(STAR_QUESTIONS[lang][0], targets[0], marker, lang)
    return Case(pixels, Question(text, targets[0], lang))


def ask_reverse(pixels: Pixels, targets: list[Target], rivals: Any, lang: Lang) -> Case | None:
    """The box of a name that one element alone has."""
    names = [target.name for target in targets]
    for target in targets:
        if names.count(target.name) == 1:
            return Case(pixels, Question(REVERSE[lang].format(name=target.name), target, lang))
    return None


def synthetic_cases(
    design: str,
    count: int,
    asker: Asker,
    fonts: FontChoice = "system",
    size: Size | None = None,
) -> Iterator[Case]:
    """One case a screen; languages take turns, on the screen as far as there are fonts.

    Args:
        size: of all screens; None: sides of 224 to 448 pixels.
    """
    has_cjk = find_fonts(fonts).has_cjk
    index = 0
    while count:
        lang = LANGS[index % len(LANGS)]
        made = make_screen(
            design, SEED, index, size=size, lang=lang if has_cjk else "en", fonts=fonts
        )
        index += 1
        drawn = (made.screen.width, made.screen.height)
        targets, rivals = find_targets(made.screen, drawn, 8, SEED)
        if not targets:
            continue
        pixels = np.ascontiguousarray(made.image[:, :, ::-1])
        if case := asker(pixels, targets, rivals, lang):
            count -= 1
            yield case


def real_cases(source: Path, max_pixels: int) -> Iterator[Case]:
    """The samples that `make-dataset` makes of a folder of screens, shrunk to `max_pixels`."""
    screens = [
        LocatedScreen(screen, source / screen.image, str(source))
        for screen in read_jsonl(source / "screens.jsonl", Screen)
    ]
    options = DatasetOptions(max_pixels=max_pixels, langs=LANGS, per_screen=12, image_format="png")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "data"
        make_dataset(screens, out, options)
        for sample in read_jsonl(out / "samples.jsonl", Sample):
            target = Target(sample.box, sample.type, sample.name, sample.point)
            text = sample.prompt.removeprefix("<image>")
            pixels = images.read_pixels(out / sample.image)
            yield Case(pixels, Question(text, target, sample.lang))


def answer(loaded: LoadedModel, cases: Sequence[Case], max_tokens: int = 64) -> list[str]:
    """What the model says, greedily. Cases of one size are answered together."""
    texts = [""] * len(cases)
    order = sorted(range(len(cases)), key=lambda i: (cases[i].pixels.shape, i))
    for start in range(0, len(order), _BATCH):
        chosen = order[start : start + _BATCH]
        written = _generate(loaded, [cases[i] for i in chosen], max_tokens)
        for index, text in zip(chosen, written, strict=True):
            texts[index] = text
    return texts


def _generate(loaded: LoadedModel, cases: Sequence[Case], max_tokens: int) -> list[str]:
    import torch
    from PIL import Image

    chats = [
        loaded.processor.apply_chat_template(
            [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": text}]}],
            add_generation_prompt=True,
        )
        for text in (case.question.text for case in cases)
    ]
    pictures = [Image.fromarray(np.ascontiguousarray(case.pixels[:, :, ::-1])) for case in cases]
    inputs = loaded.processor(text=chats, images=pictures, padding=True, return_tensors="pt")
    inputs = inputs.to(loaded.model.device)
    with torch.inference_mode():
        written = loaded.model.generate(**inputs, max_new_tokens=max_tokens, do_sample=False)
    new = written[:, inputs["input_ids"].shape[1] :]
    decoded: list[str] = loaded.processor.batch_decode(new, skip_special_tokens=True)
    return decoded


def score(cases: Sequence[Case], texts: Sequence[str]) -> Scores:
    """Scores of answers in pixels of the images."""
    return score_boxes(cases, [_box(text) for text in texts])


def _box(text: str) -> Sequence[float] | None:
    read = read_answer(text)
    return read.numbers if read.kind == "box" else None


def score_boxes(cases: Sequence[Case], boxes: Iterable[Sequence[float] | None]) -> Scores:
    """Scores of boxes, None where the answer was unreadable."""
    rows = []
    for case, box in zip(cases, boxes, strict=True):
        if box is None:
            rows.append((0.0, 0.0, 0.0, 0.0))
            continue
        gold = case.question.target.box
        overlap = _iou(box, gold)
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        hit = gold[0] <= x <= gold[2] and gold[1] <= y <= gold[3]
        rows.append((1.0, overlap, float(overlap >= 0.5), float(hit)))
    means: NDArray[np.float64] = np.array(rows).reshape(-1, 4).mean(0)
    return Scores(len(rows), *(float(mean) for mean in means))


def _iou(box: Sequence[float], gold: Sequence[float]) -> float:
    width = min(box[2], gold[2]) - max(box[0], gold[0])
    height = min(box[3], gold[3]) - max(box[1], gold[1])
    if width <= 0 or height <= 0:
        return 0.0
    area = (box[2] - box[0]) * (box[3] - box[1]) + (gold[2] - gold[0]) * (gold[3] - gold[1])
    return width * height / (area - width * height)


def constant_box(cases: Sequence[Case]) -> tuple[Size, Scores]:
    """The best box of constant size around the point asked about; chosen knowing the answers."""
    found = [(size, score_boxes(cases, _around(cases, size))) for size in _BOX_SIZES]
    return max(found, key=lambda row: row[1].iou)


def _around(cases: Sequence[Case], size: Size) -> Iterator[Sequence[float]]:
    for case in cases:
        x, y = case.question.target.point
        yield (x - size[0] / 2, y - size[1] / 2, x + size[0] / 2, y + size[1] / 2)


_FIRST = "known designs, star and point"


def _by_size(cases: Sequence[Case], texts: Sequence[str]) -> Iterator[str]:
    """Rows of the smaller and the larger pictures."""
    for name, large in (("up to 336x336 pixels", False), ("larger", True)):
        chosen = [
            (case, text)
            for case, text in zip(cases, texts, strict=True)
            if (case.pixels.shape[0] * case.pixels.shape[1] > _SMALL_AREA) == large
        ]
        if chosen:
            some, said = zip(*chosen, strict=True)
            yield score(some, said).row(f"  of these, {name}")


def report(loaded: LoadedModel, count: int, screens: Path | None) -> Iterator[str]:
    """The table, a line at a time."""
    yield HEADER
    groups: dict[str, list[Case]] = {
        _FIRST: list(synthetic_cases("mixed", count, ask_star)),
        "the same, all 224x224": list(synthetic_cases("mixed", count, ask_star, size=(224, 224))),
        "known designs, point, no star": list(synthetic_cases("mixed", count, ask_bare)),
        "known designs, star, no point": list(synthetic_cases("mixed", count, ask_star_only)),
        "known designs, name to box": list(synthetic_cases("mixed", count, ask_reverse)),
    }
    for design in UNSEEN_DESIGNS:
        name = f"unseen design {design}, star and point"
        groups[name] = list(synthetic_cases(design, count, ask_star))
    if screens:
        limit = loaded.contract.max_pixels or 448 * 448
        groups[f"{screens.name}, star and point"] = list(real_cases(screens, limit))
    for name, cases in groups.items():
        texts = answer(loaded, cases)
        yield score(cases, texts).row(name)
        if name == _FIRST:
            yield from _by_size(cases, texts)
        if "name to box" not in name:
            size, scores = constant_box(cases)
            yield scores.row(f"  box {size[0]}x{size[1]} at the point")


def untrained(count: int) -> Scores:
    """Random weights, asked about the known designs."""
    from groundkit.tiny.build import untrained_model

    cases = list(synthetic_cases("mixed", count, ask_star))
    return score(cases, answer(untrained_model(0), cases))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Score the tiny model.")
    parser.add_argument("--model", default="tiny")
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument(
        "--screens",
        type=Path,
        default=_REAL_SCREENS if _REAL_SCREENS.is_dir() else None,
        help="a folder with screens.jsonl; fixtures/screens if it is there",
    )
    arguments = parser.parse_args()
    loaded = load_model(arguments.model)
    for line in report(loaded, arguments.count, arguments.screens):
        print(line, flush=True)  # noqa: T201
    print(untrained(arguments.count).row("untrained"))  # noqa: T201


if __name__ == "__main__":
    main()
