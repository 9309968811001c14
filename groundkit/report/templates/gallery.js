"use strict";
// Shows the samples of the page, a part of them at a time. All text is set as text, never as HTML.
(() => {
  const PER_PAGE = 48;
  const SVG = "http://www.w3.org/2000/svg";
  const entries = JSON.parse(document.getElementById("samples").textContent);
  const gallery = document.getElementById("gallery");
  const tools = document.getElementById("tools");
  if (!entries.length) return;

  const state = { page: 0, search: "", chosen: {} };
  let shown = entries;

  function make(tag, properties = {}, ...children) {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  }

  const number = (value) => value.toLocaleString("en");

  function draw(tag, attributes) {
    const element = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  }

  function outline(svg, tag, kind, attributes) {
    svg.append(draw(tag, { ...attributes, class: `${kind} halo` }));
    svg.append(draw(tag, { ...attributes, class: kind }));
  }

  function box(svg, kind, [x1, y1, x2, y2]) {
    const [x, y] = [Math.min(x1, x2), Math.min(y1, y2)];
    const [width, height] = [Math.abs(x2 - x1), Math.abs(y2 - y1)];
    outline(svg, "rect", kind, { x, y, width, height });
  }

  function cross(svg, kind, [x, y], arm) {
    outline(svg, "path", kind, { d: `M${x - arm} ${y}h${2 * arm}M${x} ${y - arm}v${2 * arm}` });
  }

  /** The part of the screen that `view` names, with all that was asked and answered over it. */
  function picture(entry, view, source, whole) {
    const [x, y, width, height] = view;
    const shot = make("button", { className: "shot", type: "button", title: entry.image });
    shot.style.aspectRatio = `${width} / ${height}`;
    if (source) {
      const image = make("img", { loading: "lazy", decoding: "async", alt: "" });
      const [left, top, w, h] = whole ? [0, 0, ...entry.size] : [x, y, width, height];
      const place = { left: (left - x) / width, top: (top - y) / height, width: w / width,
        height: h / height };
      for (const [edge, share] of Object.entries(place)) image.style[edge] = `${100 * share}%`;
      image.addEventListener("error", () => image.replaceWith(absent(entry)));
      image.src = source;
      shot.append(image);
    } else {
      shot.append(absent(entry));
    }
    const svg = draw("svg", { viewBox: view.join(" "), preserveAspectRatio: "none" });
    const arm = width / 60;
    for (const gold of entry.gold) box(svg, "gold", gold);
    if (entry.polygon.length) {
      outline(svg, "polygon", "gold", { points: entry.polygon.join(" ") });
    }
    if (entry.asked) {
      outline(svg, "circle", "asked", { cx: entry.asked[0], cy: entry.asked[1], r: arm / 2 });
    }
    entry.answers.forEach((answer, index) => {
      if (answer.box) box(svg, `a${index}`, answer.box);
      if (answer.point) cross(svg, `a${index}`, answer.point, arm);
    });
    shot.append(svg);
    return shot;
  }

  function absent(entry) {
    return make("span", { className: "none", textContent: `no image: ${entry.image}` });
  }

  function measures(answer) {
    const parts = [];
    if (answer.iou !== null) parts.push(`IoU ${answer.iou.toFixed(3)}`);
    if (answer.px !== null) parts.push(`${Math.round(answer.px)} px off`);
    return parts.join(", ");
  }

  /** What the model wrote, with what was read of it marked. */
  function written(answer) {
    const pre = make("pre", { className: "text" });
    if (answer.text === null || !answer.span) {
      pre.textContent = answer.text === null ? "nothing" : answer.text;
      return pre;
    }
    // Characters, of which JavaScript makes two where one is outside of the basic plane.
    const characters = [...answer.text];
    const part = (start, end) => characters.slice(start, end).join("");
    const [start, end] = answer.span;
    pre.append(part(0, start), make("mark", { textContent: part(start, end) }), part(end));
    return pre;
  }

  /** By which rule, in which order, and which numbers were not read. */
  function reading(answer) {
    const parts = answer.rule ? [`read by ${answer.rule}`] : [];
    if (answer.turned) parts.push("y before x");
    if (answer.ignored) parts.push(`ignored ${answer.ignored.join(", ")}`);
    return parts.join("; ");
  }

  function wording(answer, index) {
    const why = make("p", { className: "why" });
    if (answer.who) why.append(make("b", { className: `who${index}`, textContent: answer.who }), " ");
    why.append(make("b", {
      className: answer.hit ? "good" : "bad", textContent: answer.hit ? "hit" : "miss",
    }));
    const said = [measures(answer), answer.why].filter(Boolean).join(": ");
    if (said) why.append(` ${said}`);
    const read = reading(answer);
    return [why, written(answer), ...(read ? [make("p", { className: "read dim", textContent: read })] : [])];
  }

  function card(entry) {
    const shot = entry.thumb
      ? picture(entry, entry.view, entry.thumb, false)
      : picture(entry, entry.view, entry.src, true);
    shot.addEventListener("click", () => enlarge(entry));
    const about = [entry.id, ...(entry.filters.type || []), ...(entry.filters.size || [])];
    const words = make("div", { className: "words" },
      ...(entry.title ? [make("h3", { textContent: entry.title })] : []),
      ...entry.answers.flatMap(wording),
      make("p", { className: "id dim", textContent: about.join(" · ") }));
    return make("article", { className: "card" }, shot, words);
  }

  function enlarge(entry) {
    const dialog = make("dialog");
    const shot = entry.src
      ? picture(entry, [0, 0, ...entry.size], entry.src, true)
      : picture(entry, entry.view, entry.thumb, false);
    shot.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => dialog.remove());
    dialog.append(shot);
    document.body.append(dialog);
    dialog.showModal();
  }

  function matches(entry) {
    for (const [name, value] of Object.entries(state.chosen)) {
      if (value && !(entry.filters[name] || []).includes(value)) return false;
    }
    if (!state.search) return true;
    const texts = [entry.id, entry.title, ...entry.answers.map((answer) => answer.text || "")];
    return texts.some((text) => text.toLowerCase().includes(state.search));
  }

  function filter() {
    shown = entries.filter(matches);
    state.page = 0;
    show();
  }

  function select(name) {
    const counts = new Map();
    for (const entry of entries) {
      for (const value of entry.filters[name] || []) counts.set(value, (counts.get(value) || 0) + 1);
    }
    if (counts.size < 2) return null;
    const menu = make("select", { name });
    menu.append(make("option", { value: "", textContent: "all" }));
    for (const [value, count] of [...counts].sort((a, b) => b[1] - a[1])) {
      menu.append(make("option", { value, textContent: `${value} (${number(count)})` }));
    }
    menu.addEventListener("change", () => { state.chosen[name] = menu.value; filter(); });
    return make("label", {}, `${name} `, menu);
  }

  const count = make("span", { className: "count" });
  const back = make("button", { type: "button", textContent: "previous" });
  const next = make("button", { type: "button", textContent: "next" });

  function show() {
    const start = state.page * PER_PAGE;
    const some = shown.slice(start, start + PER_PAGE);
    gallery.replaceChildren(...some.map(card));
    count.textContent = some.length
      ? `${number(start + 1)}–${number(start + some.length)} of ${number(shown.length)}` : "none";
    back.disabled = state.page === 0;
    next.disabled = start + PER_PAGE >= shown.length;
  }

  function turn(pages) {
    state.page += pages;
    show();
    tools.scrollIntoView();
  }

  back.addEventListener("click", () => turn(-1));
  next.addEventListener("click", () => turn(1));
  const search = make("input", { type: "search", placeholder: "id, question or answer" });
  search.addEventListener("input", () => { state.search = search.value.toLowerCase(); filter(); });
  const names = [...new Set(entries.flatMap((entry) => Object.keys(entry.filters)))];
  tools.append(...names.map(select).filter(Boolean), search, count, back, next);
  show();
})();
