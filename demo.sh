#!/usr/bin/env bash
# The main job on the embedded screens, step by step. `make demo` calls this with groundkit on PATH.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# Commands say on stderr what they wrote; here it belongs beside the command.
exec 2>&1

out=demo-out
rm -rf "$out"

step() { printf '\n\033[1m%s\033[0m\n%s\n\n' "$1" "$2"; }
run() {
  printf '\033[2m$ %s\033[0m\n' "$*"
  "$@"
}

step "1. Screens to samples" \
  "Screenshots with annotations in five formats become questions about points: a star is drawn at
the point, the answer is what is there and its box, in pixels of the saved image."
run groundkit make-dataset fixtures/screens fixtures/uiautomator fixtures/rico fixtures/coco \
  fixtures/labelme --out "$out/data" --per-screen 8 --val 0.2

step "2. Is the dataset right?" \
  "Every image size, point, answer and split is checked again from the files alone."
run groundkit verify "$out/data"
run groundkit preview "$out/data"

step "3. Predictions that need no model" \
  "The gold answers, a box of constant size at the point, one at the centre, and a random one: the
range in which a model's numbers will lie."
for reference in oracle point-box centre random; do
  run groundkit predict "$out/data" --reference "$reference" -o "$out/$reference.jsonl"
done

printf '\nTheir scores:\n'
for reference in oracle point-box centre random; do
  printf '  %-10s' "$reference"
  groundkit eval "$out/$reference.jsonl" --worst 0 | sed -n 1p
done

step "4. Scores" "What a box of constant size around the point gets, and where it fails."
run groundkit eval "$out/point-box.jsonl" --json "$out/point-box.json" \
  --verdicts "$out/point-box.verdicts.jsonl"

step "5. A mistake on purpose" \
  "The same answers, declared as 0-1000 coordinates although they are pixels: the report notices."
run groundkit eval "$out/oracle.jsonl" --frame norm1000 --worst 2

step "Look at" ""
cat <<END
  $out/data/preview.html            samples with star, target and competing boxes
  $out/data/preview.png             the same as one picture
  $out/data/README.md               the dataset card, with the settings that the trainer needs
  $out/data/train.json              for LLaMA-Factory, with dataset_info.json beside it
  $out/data/drops.jsonl             every element not asked about, with the reason
  $out/point-box.verdicts.jsonl     one verdict a prediction
END
