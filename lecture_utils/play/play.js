// What all toys share. Python joins this file and a toy's own one into one function in strict mode, so nothing leaks.

// Starts every toy of this name that has not been started: a page may have many, and a notebook may run a cell again.
function play(name, start) {
  for (const root of document.querySelectorAll(`.toy[data-toy="${name}"]`)) {
    if (root.started) continue;
    root.started = true;
    keepKeys(root);
    start(root.querySelector(".toy-body"), JSON.parse(root.querySelector("script").textContent));
  }
}

// Keys typed inside a toy are the toy's: they turn no slide and run no command of JupyterLab. Page Up and Page Down,
// the keys of a presenter's remote, go through; they and Escape give the keys back.
function keepKeys(root) {
  root.addEventListener("keydown", (event) => {
    const pages = ["PageUp", "PageDown"].includes(event.key);
    if (pages || event.key === "Escape") document.activeElement.blur();
    if (!pages) event.stopPropagation();
  });
  // JupyterLab looks for this attribute on the way up from the element that has the focus, that element included
  root.addEventListener("focusin", (event) => event.target.setAttribute("data-lm-suppress-shortcuts", "true"));
}

// (row, column) of a step by each arrow key
const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

// A new element: make("button", { className: "x", textContent: "y" }, child, ...)
function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

// The elements of a toy that have a name: { name: element, ... }
function parts(body) {
  return Object.fromEntries([...body.querySelectorAll("[data-part]")].map((node) => [node.dataset.part, node]));
}

// A group of radio buttons, one of which is chosen. It calls `change` with the value.
function choice(title, values, chosen, change) {
  const name = `toy${Math.random()}`; // radio buttons are a group by their name, which must differ from toy to toy
  const labels = values.map((value) => {
    const input = make("input", { type: "radio", name, value, checked: value === chosen });
    input.addEventListener("change", () => change(value));
    return make("label", {}, input, String(value));
  });
  return make("fieldset", { className: "choice" }, make("legend", { textContent: title }), ...labels);
}

// A number as text, with a real minus sign
function signed(number) {
  return String(number).replace("-", "−");
}

// The colours of lecture_utils.plots.numbers: blue is negative, orange positive, in full strength from +-1 on.
function shade(value) {
  const end = value < 0 ? [59, 139, 196] : [240, 160, 60];
  const strength = Math.min(Math.abs(value), 1);
  return end.map((channel) => Math.floor(255 + (channel - 255) * strength + 0.5));
}

// A square array of side `side`: what cell(row, column) returns.
function square(side, cell) {
  return Array.from({ length: side }, (_, row) => Array.from({ length: side }, (_, column) => cell(row, column)));
}

// The bytes of a text "base64,…".
function bytes(text) {
  const raw = atob(text.slice("base64,".length));
  return Uint8Array.from(raw, (letter) => letter.charCodeAt(0));
}

// The 16-bit floats of such a text.
function floats16(text) {
  return Float32Array.from(new Uint16Array(bytes(text).buffer), (bits) => {
    const sign = bits & 0x8000 ? -1 : 1;
    const [exponent, fraction] = [(bits >> 10) & 31, (bits & 1023) / 1024];
    return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction) : 2 ** -14 * fraction);
  });
}

function softmax(logits) {
  const largest = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - largest));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}

// A probability as text
function percent(probability) {
  return `${(100 * probability).toFixed(1)}\u00a0%`;
}
