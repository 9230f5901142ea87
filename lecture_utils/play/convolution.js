// Convolution, by hand: lesson 1, slides 7-16. The first state stands in the page before this script runs, without the
// picture of the wires and the controls; `show` writes any state into the same elements.

const SIDE = 6; // of the image
const SIZE = 3; // of the filter
const FILTERS = [
  [
    [1, -1, -1],
    [-1, 1, -1],
    [-1, -1, 1],
  ],
  [
    [-1, 1, -1],
    [-1, 1, -1],
    [-1, 1, -1],
  ],
]; // slide 7
// A colour for each of the nine shared weights, and those that need white text: as in lecture_utils.plots.categories
const NINE = ["#CC6677", "#88CCEE", "#DDCC77", "#117733", "#AA4499", "#44AA99", "#999933", "#332288", "#882255"];
const DARK = [3, 4, 7, 8];

// The colour of a number in a cell, full at +-3.
function colour(value) {
  return `rgb(${shade(value / 3).join(", ")})`;
}

play("convolution", (body, initial) => {
  // image, kernel: rows of numbers; place: number of the output; seen: outputs that were visited; cursor: the cell of
  // image and kernel that the keyboard is on; minus: whether a minus sign was typed and its digit is to come
  let state;
  let timer = null;
  const part = parts(body);

  // What follows from the state: the padded image and its side, the map's side and all of its values.
  function computed() {
    const { image, kernel, stride, padding } = state;
    const width = SIDE + 2 * padding;
    const padded = square(width, (r, c) => image[r - padding]?.[c - padding] ?? 0);
    const side = Math.floor((width - SIZE) / stride) + 1;
    const outputs = square(side, (r, c) => {
      let sum = 0;
      square(SIZE, (i, j) => (sum += padded[r * stride + i][c * stride + j] * kernel[i][j]));
      return sum;
    }).flat();
    return { width, padded, side, outputs };
  }

  // The wires of an output as [number of the pixel, number of the weight]; the padding has none.
  function wires(output, side) {
    const top = Math.floor(output / side) * state.stride - state.padding;
    const left = (output % side) * state.stride - state.padding;
    return square(SIZE, (i, j) => [top + i, left + j, i * SIZE + j])
      .flat()
      .filter(([r, c]) => r >= 0 && r < SIDE && c >= 0 && c < SIDE)
      .map(([r, c, k]) => [r * SIDE + c, k]);
  }

  // Drawing

  function show() {
    const { image, kernel, stride, padding, place, seen, cursor, minus } = state;
    const { width, padded, side, outputs } = computed();
    const [row, column] = [Math.floor(place / side), place % side];
    const [top, left] = [row * stride, column * stride];
    const isHere = ([r, c], i, j) => r === i && c === j;

    fill(part.image, width, (i, j) => {
      const [r, c] = [i - padding, j - padding];
      const under = i >= top && i < top + SIZE && j >= left && j < left + SIZE;
      const cell = { value: padded[i][j], weight: under ? (i - top) * SIZE + j - left : null };
      if (image[r]?.[c] === undefined) return { ...cell, kind: "padding" };
      const here = isHere(cursor.image, r, c);
      return { ...cell, tab: here, minus: here && minus === "image", label: `row ${r}, column ${c}: ${image[r][c]}` };
    });
    fill(part.kernel, SIZE, (i, j) => {
      const here = isHere(cursor.kernel, i, j);
      const weight = i * SIZE + j;
      const label = `weight ${weight + 1}: ${kernel[i][j]}`;
      return { value: kernel[i][j], weight, tab: here, minus: here && minus === "kernel", label };
    });
    fill(part.products, SIZE, (i, j) => {
      const [pixel, weight] = [padded[top + i][left + j], kernel[i][j]];
      return { value: pixel * weight || 0, weight: i * SIZE + j, above: `${signed(pixel)} × ${signed(weight)}` };
    });
    fill(part.map, side, (i, j) => {
      const value = seen.has(i * side + j) ? outputs[i * side + j] : null;
      const ends = [j % 2 && j < side - 1 && "right", i % 2 && i < side - 1 && "below"]; // of blocks of 2 x 2
      return { value, tab: i * side + j === place, kind: ends, label: `row ${i}, column ${j}: ${value ?? "empty"}` };
    });
    const half = Math.floor(side / 2);
    fill(part.pooled, half, (i, j) => {
      const block = [0, 1, side, side + 1].map((step) => 2 * i * side + 2 * j + step);
      return { value: block.every((o) => seen.has(o)) ? Math.max(...block.map((o) => outputs[o])) : null };
    });
    frame(part.image, width, top, left, SIZE);
    frame(part.map, side, row, column, 1);
    frame(part.pooled, half, Math.floor(row / 2), Math.floor(column / 2), 1);

    const lit = wires(place, side);
    const all = outputs.map((_, output) => wires(output, side));
    const exact = (width - SIZE) / stride + 1;
    const down = exact === side ? "" : `${exact.toFixed(1)}, so `;
    part.sum.textContent = `sum = ${signed(outputs[place])}`;
    part.size.textContent = `(6 + 2 · ${padding} − 3) ÷ ${stride} + 1 = ${down}${side} outputs a side`;
    part.output.textContent =
      `Output ${place + 1} of ${outputs.length}, window at (${signed(top - padding)},\u00a0${signed(left - padding)}), ` +
      `sees pixel${lit.length > 1 ? "s" : ""} ${lit.map(([pixel]) => pixel + 1).join(", ")}. Its sum is ${signed(outputs[place])}.`;
    part.counts.textContent =
      `${outputs.length} × 36 = ${(outputs.length * 36).toLocaleString("en")} places, ${all.flat().length} wires, ` +
      `9 different weights.`;
    part.wires.innerHTML = picture(outputs, all);
    part.play.textContent = timer ? "Pause" : "Play";
  }

  // Writes a square table. cell(row, column) -> { value: number or null, weight: number of a shared weight or null,
  // tab: whether the tabulator leads here, label, kind: class names, above: text over the value, minus }
  function fill(table, side, cell) {
    const rows = table.tBodies[0];
    if (rows.rows.length !== side)
      rows.replaceChildren(...square(side, () => make("td")).map((row) => make("tr", {}, ...row)));
    square(side, (i, j) => {
      const { value, weight = null, tab, label, kind = [], above, minus } = cell(i, j);
      const td = rows.rows[i].cells[j];
      const text = minus ? "−" : value === null ? "·" : signed(value);
      td.replaceChildren(...(above ? [above, make("br"), make("b", { textContent: text })] : [text]));
      td.style.backgroundColor = value === null ? "" : colour(value);
      td.style.boxShadow = weight === null ? "" : `inset 0 calc(-1 * min(5px, var(--cell) / 7)) ${NINE[weight]}`;
      td.className = [kind, (above ?? text).length > (above ? 6 : 3) && "long"].flat().filter(Boolean).join(" ");
      if (tab === undefined) return;
      td.tabIndex = tab ? 0 : -1;
      td.setAttribute("role", "gridcell");
      td.setAttribute("aria-label", label);
    });
  }

  function frame(table, side, row, column, span) {
    const stage = table.parentElement;
    stage.classList.toggle("outside", row + span > side || column + span > side); // what no block of 2 x 2 reaches
    for (const [name, value] of Object.entries({ side, row, column, span }))
      stage.style.setProperty(`--${name}`, value);
  }

  // An SVG, 864 wide: a circle for each output, wires, 36 pixels, and under them their columns of the weight matrix.
  function picture(outputs, all) {
    const { image, kernel, place, seen } = state;
    const count = outputs.length;
    const middle = (output) => Math.min(Math.max((864 / count) * (output + 0.5), 17), 847);
    const row = 94 / (count - 1); // height of a row of the matrix; the lit one has 24
    const top = (output) => 122 + row * output + (output > place ? 24 - row : 0);
    const small = Math.min(16, 400 / count);
    const quiet = all.map((row, o) => row.map(([pixel]) => `M${middle(o)} 20L${24 * pixel + 12} 92`).join("")).join("");
    const shapes = [`<path d="${quiet}" stroke="#e1e6ea" fill="none"/>`];
    const add = (tag, attributes, inside = "") => {
      const pairs = Object.entries(attributes).map(([name, value]) => ` ${name}="${value}"`);
      shapes.push(`<${tag}${pairs.join("")}>${inside}</${tag}>`);
    };
    const write = (x, y, value, fill = "#111") => add("text", { x, y: y + 6.5, fill }, signed(value));

    for (const [pixel, k] of all[place]) {
      const [from, to] = [middle(place), 24 * pixel + 12];
      const d = `M${from} 36L${to} 92`;
      add("path", { d, stroke: "#444", "stroke-width": 6, fill: "none" });
      add("path", { d, stroke: NINE[k], "stroke-width": 4, fill: "none", class: "wire" });
    }
    const circle = (output, r, stroke, width) => {
      const fill = seen.has(output) ? colour(outputs[output]) : "#fff";
      add("circle", { "data-output": output, cx: middle(output), cy: 20, r, fill, stroke, "stroke-width": width });
      if (seen.has(output) && r >= 16) write(middle(output), 20, outputs[output]);
    };
    for (const output of outputs.keys()) circle(output, small, "#777", 1);
    circle(place, 17, "#d55e00", 4);
    image.flat().forEach((value, pixel) => {
      add("rect", { x: 24 * pixel, y: 92, width: 24, height: 24, fill: colour(value), stroke: "#999" });
      write(24 * pixel + 12, 104, value);
    });
    all.forEach((wired, output) => {
      const height = output === place ? 24 : row;
      const cell = (pixel, width, fill) =>
        add("rect", { x: 24 * pixel, y: top(output), width, height, fill, "data-output": output });
      cell(0, 864, "#fff");
      for (const [pixel, k] of wired) cell(pixel, 24, NINE[k]);
    });
    add("rect", { x: 0, y: 122, width: 864, height: 118, fill: "none", stroke: "#999" });
    add("rect", { x: 0, y: top(place), width: 864, height: 24, fill: "none", stroke: "#d55e00", "stroke-width": 4 });
    for (const [pixel, k] of all[place]) {
      add("rect", {
        x: 24 * pixel + 2,
        y: 94,
        width: 20,
        height: 20,
        fill: "none",
        stroke: NINE[k],
        "stroke-width": 4,
      });
      write(24 * pixel + 12, top(place) + 12, kernel.flat()[k], DARK.includes(k) ? "#fff" : "#111");
    }
    return `<svg viewBox="-3 0 870 243" role="img" aria-label="The wires and the weight matrix">${shapes.join("")}</svg>`;
  }

  // Playing

  function go(output) {
    if (output === state.place) return;
    state.place = output;
    state.seen.add(output);
    show();
  }

  // The window as near as it gets to having the cell (row, column) of the padded image in its middle.
  function point(row, column) {
    const { side } = computed();
    const [r, c] = [row, column].map((at) => Math.min(Math.max(Math.round((at - 1) / state.stride), 0), side - 1));
    go(r * side + c);
  }

  // Another stride or padding: the window goes back to the first place.
  function change(properties) {
    Object.assign(state, properties, { place: 0, seen: new Set([0]) });
    show();
  }

  function restart() {
    stop();
    state = { ...structuredClone(initial), cursor: { image: [0, 0], kernel: [0, 0] }, minus: null };
    part.buttons.replaceChildren(...buttons());
    change({});
  }

  function whole() {
    state.seen = new Set(computed().outputs.keys());
    show();
  }

  function stop() {
    clearInterval(timer);
    timer = null;
  }

  function run() {
    const last = () => computed().outputs.length - 1;
    if (timer) stop();
    else if (matchMedia("(prefers-reduced-motion: reduce)").matches) return whole();
    else {
      if (state.place === last()) change({});
      timer = setInterval(() => {
        if (state.place < last()) go(state.place + 1);
        if (state.place === last()) stop();
        show();
      }, 700);
    }
    show();
  }

  function buttons() {
    part.play = make("button", { type: "button", onclick: run });
    const button = (textContent, onclick) => make("button", { type: "button", textContent, onclick });
    return [
      choice("stride", [1, 2, 3], state.stride, (stride) => change({ stride })),
      choice("padding", [0, 1, 2], state.padding, (padding) => change({ padding })),
      part.play,
      button("Whole map", whole),
      button("Reset", restart),
    ];
  }

  // Editing: `name` is "image" or "kernel"

  const size = { image: SIDE, kernel: SIZE };
  const ring = (name) => (name === "image" ? state.padding : 0); // of cells that cannot be edited

  function edit(name, value) {
    const [r, c] = state.cursor[name];
    state[name][r][c] = value;
    state.minus = null;
    show();
  }

  function toggle(name) {
    const [r, c] = state.cursor[name];
    const value = state[name][r][c];
    edit(name, name === "image" ? Number(value === 0) : value < 0 ? 0 : value === 0 ? 1 : -1);
  }

  function moveCursor(name, row, column) {
    const [r, c] = [row, column].map((at) => Math.min(Math.max(at, 0), size[name] - 1));
    state.cursor[name] = [r, c];
    state.minus = null;
    show();
    if (name === "image") point(r + ring(name), c + ring(name));
    part[name].rows[r + ring(name)].cells[c + ring(name)].focus();
  }

  function type(name, event) {
    const [r, c] = state.cursor[name];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (ARROWS[event.key]) moveCursor(name, r + ARROWS[event.key][0], c + ARROWS[event.key][1]);
    else if (event.key === "-") {
      state.minus = name;
      show();
    } else if (/^[0-9]$/.test(event.key)) {
      edit(name, (state.minus === name ? -1 : 1) * event.key || 0);
      const next = Math.min(r * size[name] + c + 1, size[name] ** 2 - 1); // so that a whole image can be typed
      moveCursor(name, Math.floor(next / size[name]), next % size[name]);
    } else if ([" ", "Enter"].includes(event.key)) toggle(name);
    else return;
    event.preventDefault();
  }

  for (const name of ["image", "kernel"]) {
    part[name].addEventListener("keydown", (event) => type(name, event));
    part[name].addEventListener("click", ({ target }) => {
      if (!target.hasAttribute("tabindex")) return;
      moveCursor(name, target.parentElement.rowIndex - ring(name), target.cellIndex - ring(name));
      toggle(name);
    });
  }
  // Pointing moves the window, but only if the pointer moves: a page that scrolls under it must not
  for (const event of ["pointermove", "pointerdown"]) {
    part.image.addEventListener(event, ({ target }) => {
      if (target.localName === "td") point(target.parentElement.rowIndex, target.cellIndex);
    });
    part.map.addEventListener(event, ({ target }) => {
      if (target.localName === "td") go(target.parentElement.rowIndex * part.map.rows.length + target.cellIndex);
    });
    part.wires.addEventListener(event, ({ target }) => go(Number(target.dataset.output ?? state.place)));
  }
  part.map.addEventListener("keydown", (event) => {
    if (!ARROWS[event.key]) return;
    event.preventDefault();
    const { side } = computed();
    const [down, right] = ARROWS[event.key];
    const row = Math.min(Math.max(Math.floor(state.place / side) + down, 0), side - 1);
    const column = Math.min(Math.max((state.place % side) + right, 0), side - 1);
    go(row * side + column);
    part.map.rows[row].cells[column].focus();
  });
  for (const name of ["image", "kernel", "map"]) part[name].setAttribute("role", "grid");
  const presets = FILTERS.map((filter, number) =>
    make("button", {
      type: "button",
      textContent: `filter ${number + 1}`,
      onclick: () => {
        state.kernel = structuredClone(filter);
        show();
      },
    }),
  );
  part.kernel.closest("figure").append(...presets);
  part.hint.textContent =
    "Point at the image or the map, or use the arrow keys in them. Click a number to change it, or type one.";
  restart();
});
