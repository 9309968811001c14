"""What is trained, and how: all that the memory of a training depends on besides the model."""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

from groundkit.errors import OptionError
from groundkit.geometry import Size
from groundkit.memory.shape import PARTS, Part

Method = Literal["sft", "dpo", "kto", "grpo", "rloo"]
Mode = Literal["full", "freeze", "lora", "qlora"]
Dtype = Literal["float32", "bfloat16"]
Optimizer = Literal["adamw", "adamw_8bit", "adafactor", "sgd", "muon"]
Strategy = Literal["ddp", "zero1", "zero2", "zero3", "fsdp"]
Logits = Literal["full", "answer", "fused"]
METHODS: tuple[Method, ...] = get_args(Method)
MODES: tuple[Mode, ...] = get_args(Mode)
OPTIMIZERS: tuple[Optimizer, ...] = get_args(Optimizer)
STRATEGIES: tuple[Strategy, ...] = get_args(Strategy)

_SIZES: dict[Dtype, int] = {"float32": 4, "bfloat16": 2}
SAMPLING: frozenset[Method] = frozenset({"grpo", "rloo"})
"""Methods that write the answers that they learn from."""
_PAIRED: frozenset[Method] = frozenset({"dpo"})
_WITH_REFERENCE: frozenset[Method] = frozenset({"dpo", "kto"})


class Setup(msgspec.Struct, frozen=True, kw_only=True):
    """A training.

    Attributes:
        method: what the loss is of.
        mode: all weights; only those of `parts`; adapters on them; adapters on weights of which the
            linear layers of the language model are stored in 4 bits.
        parts: what is trained.
        rank: of the adapters.
        dropout: on the input of the adapters, as a share; any costs the mask.
        dtype: that the weights are loaded in.
        mixed: compute in bfloat16 what is stored in float32 (`bf16=True` of a trainer).
        optimizer: adamw keeps two numbers a weight, adamw_8bit two bytes, adafactor a row and a
            column a matrix, muon one number a weight of inner matrices, sgd nothing.
        strategy: how processes share the states; fsdp shards everything.
        devices: how many processes train.
        checkpointing: keep only the input of each layer, compute the rest anew (gradient
            checkpointing).
        rows: screens that a device trains on at once; for grpo and rloo completions.
        queries: questions about each screen.
        packed: all questions about a screen follow its image in one sequence.
        padded: sequences that go at once differ in length, so that attention has a mask.
        text: tokens of one question and its answer with the words of the chat around them.
        answer: tokens of one answer.
        image: (width, height) of the image that the model sees, in pixels.
        logits: of all tokens, of those of answers, or computed a chunk at a time.
        reference: keep a second copy of the model; None for what the method does.
        accumulation: batches of `rows` that are generated at once (grpo, rloo).
        completion: tokens that a generated answer has at most.
        vllm: share of the card that vLLM takes, 0 for generation with the model itself.
    """

    method: Method = "sft"
    mode: Mode = "full"
    parts: tuple[Part, ...] = PARTS
    rank: int = 16
    dropout: float = 0.0
    dtype: Dtype = "bfloat16"
    mixed: bool = True
    optimizer: Optimizer = "adamw"
    strategy: Strategy = "ddp"
    devices: int = 1
    checkpointing: bool = True
    rows: int = 1
    queries: int = 1
    packed: bool = False
    padded: bool = False
    text: int = 100
    answer: int = 40
    image: Size = (1932, 1092)
    logits: Logits = "full"
    reference: bool | None = None
    accumulation: int = 1
    completion: int = 128
    vllm: float = 0.0

    @property
    def adapters(self) -> bool:
        """Whether adapters are trained instead of the weights."""
        return self.mode in ("lora", "qlora")

    @property
    def trained(self) -> tuple[Part, ...]:
        """The parts whose weights, or adapters on them, are trained."""
        return PARTS if self.mode == "full" else self.parts

    @property
    def stored(self) -> int:
        """Bytes of a weight that is in no 4-bit storage."""
        return 2 if self.sharded_master else _SIZES[self.dtype]

    @property
    def compute(self) -> int:
        """Bytes of a number in a matrix product."""
        return 2 if self.mixed or self.stored == 2 else 4

    @property
    def autocast(self) -> bool:
        """Whether numbers are cast on their way into a matrix product."""
        return self.mixed and self.stored == 4

    @property
    def sharded_master(self) -> bool:
        """Whether DeepSpeed trains weights in bfloat16 and keeps them in float32 as a state."""
        return self.mixed and self.strategy.startswith("zero") and not self.adapters

    @property
    def samples(self) -> bool:
        """Whether the model generates."""
        return self.method in SAMPLING

    @property
    def second_model(self) -> bool:
        """Whether a reference model is kept; with adapters it is the model without them."""
        wanted = self.method in _WITH_REFERENCE if self.reference is None else self.reference
        return wanted and not self.adapters

    @property
    def sequences(self) -> int:
        """How many go through the model at once, with gradients."""
        each = 1 if self.packed else self.queries
        return self.rows * each * (2 if self.method in _PAIRED else 1)

    @property
    def masked(self) -> bool:
        """Whether attention has a mask of its own: a number for each pair of tokens."""
        return (self.packed and self.queries > 1) or (self.padded and self.sequences > 1)

    @property
    def words(self) -> int:
        """Tokens of text in a sequence."""
        told = self.text - self.answer + self.completion if self.samples else self.text
        return told * (self.queries if self.packed else 1)

    @property
    def answers(self) -> int:
        """Tokens of answers in a sequence."""
        told = self.completion if self.samples else self.answer
        return told * (self.queries if self.packed else 1)


def check_setup(setup: Setup, card_gib: float | None = None) -> None:
    """Raises an OptionError that names the number that cannot be."""
    for name in ("rank", "devices", "rows", "queries", "text", "answer", "accumulation"):
        if getattr(setup, name) < 1:
            raise OptionError(f"{name} is {getattr(setup, name)}, not at least 1", f"--{name}")
    if setup.answer > setup.text:
        raise OptionError("an answer is longer than all text", "--answer")
    if setup.completion < 1 or not 0 <= setup.vllm < 1 or not 0 <= setup.dropout < 1:
        raise OptionError("completion is at least 1, vllm and dropout are shares", "--plan")
    if not setup.parts or not set(setup.parts) <= set(PARTS):
        raise OptionError("which parts are trained?", "--parts", choices=PARTS)
    if setup.vllm and card_gib is None:
        raise OptionError("vLLM takes a share of which card?", "--card")
    if setup.packed and setup.method != "sft":
        raise OptionError(f"{setup.method} has no packed sequences", "--packed", choices=("sft",))
    if min(setup.image) < 1:
        raise OptionError(f"an image of {setup.image[0]}x{setup.image[1]}", "--image")
