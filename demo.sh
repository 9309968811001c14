#!/usr/bin/env bash
# The main job on embedded and made-up screens, step by step. `make demo` calls this with groundkit
# on PATH.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# Commands say on stderr what they wrote; here it belongs beside the command.
exec 2>&1
# The tiny model needs no hub.
export HF_HUB_OFFLINE=1

out=demo-out
rm -rf "$out"

step() { printf '\n\033[1m%s\033[0m\n%s\n\n' "$1" "$2"; }
run() {
  printf '\033[2m$ %s\033[0m\n' "$*"
  "$@"
}

step "1. Screens" \
  "Real ones lie in fixtures/, with annotations in five formats. Here are more, of an app that the
tiny model has never seen, drawn with the exact box of every element."
run groundkit synth --n 12 --design poster --out "$out/screens"

step "2. Screens to samples" \
  "They become questions about points: a star is drawn at the point, the answer is what is there and
its box, in pixels of the saved image."
run groundkit make-dataset "$out/screens" fixtures/screens fixtures/uiautomator fixtures/rico \
  fixtures/coco fixtures/labelme --out "$out/data" --per-screen 4 --val 0.2

step "3. Is the dataset right?" \
  "Every image size, point, answer and split is checked again from the files alone."
run groundkit verify "$out/data"
run groundkit preview "$out/data"

step "4. Predictions" \
  "A Qwen2.5-VL of 2 million weights answers. Beside it answers that need no model: the gold ones, a
box of constant size at the point, one at the centre, and a random one."
run groundkit predict "$out/data" --model tiny -o "$out/tiny.jsonl"
for reference in oracle point-box centre random; do
  run groundkit predict "$out/data" --reference "$reference" -o "$out/$reference.jsonl"
done

printf '\nTheir scores:\n'
for answers in oracle tiny point-box centre random; do
  printf '  %-10s' "$answers"
  groundkit eval "$out/$answers.jsonl" --worst 0 | sed -n 1p
done

step "5. Scores" \
  "The question gives the point away, so a hit proves little: the box does, its IoU. By source: the
tiny model learned on small made-up screens, not on real ones."
run groundkit eval "$out/tiny.jsonl" --html "$out/tiny.html" --json "$out/tiny.json" \
  --verdicts "$out/tiny.verdicts.jsonl" --worst 2

step "6. Is it better than a box at the point?" \
  "Sample by sample, with the interval of every difference."
run groundkit compare "$out/point-box.jsonl" "$out/tiny.jsonl" --html "$out/compare.html"

step "7. Two mistakes on purpose" \
  "The gold answers, declared as 0-1000 coordinates although they are pixels: the report notices.
The model's rows say under which contract they were written: they are not scored under another."
run groundkit eval "$out/oracle.jsonl" --frame norm1000 --worst 2
run groundkit eval "$out/tiny.jsonl" --frame norm1000 || echo "(exit code $?, as it should)"

step "8. An app that it has never seen" \
  "What a finger can hit in the posters: larger things than the tiny model knows well. Without a star in
the picture, all questions about a screen share it, in training too."
run groundkit synth --n 240 --design poster --seed 1 --out "$out/app"
run groundkit make-dataset "$out/app" --out "$out/app-data" --marker none --lang en --min-side 24 \
  --per-screen 8 --val 0.3
run groundkit predict "$out/app-data" --split val --model tiny -o "$out/before.jsonl"

step "9. Training" \
  "LoRA on the language model, a minute or two of it. Every now and then it is asked about held-out
screens, and the best state is kept: a hundred of the questions below choose it."
run groundkit recipe tiny-cpu --data "$out/app-data" -o "$out/recipe.yaml"
run groundkit train "$out/recipe.yaml" --set output="$out/run" --set trainer.max_steps=60 \
  --set eval.steps=30
run groundkit predict "$out/app-data" --split val --model tiny --adapter "$out/run/model" \
  -o "$out/after.jsonl"

step "10. Is the gain real?" \
  "The same held-out questions before and after, and the constant box beside them."
run groundkit predict "$out/app-data" --split val --reference point-box -o "$out/app-box.jsonl"
run groundkit compare "$out/before.jsonl" "$out/after.jsonl" "$out/app-box.jsonl" \
  --html "$out/gain.html"
run groundkit eval "$out/after.jsonl" --html "$out/after.html" --worst 0

step "Look at" ""
cat <<END
  $out/tiny.html                    the tiny model's scores, its answers drawn, the worst first
  $out/gain.html                    before and after training, sample by sample
  $out/after.html                   the scores after training, answers drawn
  $out/run/                         the run: recipe, metrics, answers on the way, the adapter
  $out/compare.html                 the tiny model against the box at the point
  $out/data/preview.html            samples with star, target and competing boxes
  $out/data/README.md               the dataset card, with the settings that the trainer needs
  $out/data/train.json              for LLaMA-Factory, with dataset_info.json beside it
  $out/data/drops.jsonl             every element not asked about, with the reason
  $out/tiny.verdicts.jsonl          one verdict a prediction
END
