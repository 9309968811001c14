"""generated_predictions.jsonl of LLaMA-Factory.

`save_predictions` of its Seq2Seq trainer writes prompt, predict and label, all decoded text and no
id, in the order of the evaluation dataset (hiyouga/LLaMA-Factory, src/llamafactory/train/sft/
trainer.py). Predict and label are texts in one frame.
"""

from __future__ import annotations

from groundkit.prediction_files.formats.base import Format

FORMAT = Format(
    name="llamafactory",
    help="generated_predictions.jsonl of LLaMA-Factory: prompt, predict, label",
    fields={"text": ("predict",), "answer": ("label",)},
    recognises=lambda row: row.keys() >= {"predict", "label"},
)
