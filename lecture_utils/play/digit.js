// Draw a digit: lesson 2, slides 19-21. The lecture's CNN and its FC rival, with the lesson's weights, in plain
// JavaScript. Images and maps are arrays in Keras's order: row, column, channel.

const PAD = 280; // pixels a side of the drawing, ten for each of the 28
const PEN = 24;

// Weights

// Cuts one long array into pieces of these lengths.
function pieces(all, lengths) {
  let start = 0;
  return lengths.map((length) => all.subarray(start, (start += length)));
}

// Layers

// A convolution with 3 x 3 filters, without padding. input: (side, side, depth); kernel: (3, 3, depth, filters).
function convolve(input, side, depth, kernel, bias) {
  const filters = bias.length;
  const result = new Float64Array((side - 2) ** 2 * filters);
  for (let r = 0; r < side - 2; r++) {
    for (let c = 0; c < side - 2; c++) {
      const sums = result.subarray((r * (side - 2) + c) * filters, (r * (side - 2) + c + 1) * filters);
      sums.set(bias);
      for (let place = 0; place < 9; place++) {
        const from = ((r + Math.floor(place / 3)) * side + c + (place % 3)) * depth;
        for (let d = 0; d < depth; d++) {
          const value = input[from + d];
          const weights = (place * depth + d) * filters;
          if (value !== 0) for (let f = 0; f < filters; f++) sums[f] += value * kernel[weights + f];
        }
      }
    }
  }
  return result;
}

// The largest of every 2 x 2; a row or column that is left over is dropped.
function pool(input, side, depth) {
  const half = Math.floor(side / 2);
  const result = new Float64Array(half * half * depth);
  for (let i = 0; i < result.length; i++) {
    const [r, c, d] = [Math.floor(i / depth / half), Math.floor(i / depth) % half, i % depth];
    const at = (2 * r * side + 2 * c) * depth + d;
    result[i] = Math.max(input[at], input[at + depth], input[at + side * depth], input[at + (side + 1) * depth]);
  }
  return result;
}

// A fully connected layer. kernel: (inputs, outputs), each column times its own scale.
function dense(input, kernel, bias, scale = null) {
  const result = new Float64Array(bias.length);
  for (let i = 0; i < input.length; i++) {
    const [value, from] = [input[i], i * bias.length];
    if (value !== 0) for (let o = 0; o < bias.length; o++) result[o] += value * kernel[from + o];
  }
  return result.map((sum, o) => sum * (scale ? scale[o] : 1) + bias[o]);
}

function relu(values) {
  return values.map((value) => Math.max(value, 0));
}

// 784 pixels in [0, 1] -> { maps: [25 of 26 x 26, 50 of 11 x 11], probabilities }
function cnn([kernel1, bias1, kernel2, bias2, kernel3, bias3, kernel4, bias4], pixels) {
  const first = convolve(pixels, 28, 1, kernel1, bias1);
  const second = convolve(pool(first, 26, 25), 13, 25, kernel2, bias2);
  const hidden = relu(dense(pool(second, 11, 50), kernel3, bias3));
  return { maps: [first, second], probabilities: softmax(dense(hidden, kernel4, bias4)) };
}

function fc(layers, pixels) {
  let values = pixels;
  for (const [i, { kernel, scale, bias }] of layers.entries()) {
    values = dense(values, kernel, bias, scale);
    if (i < layers.length - 1) values = relu(values);
  }
  return softmax(values);
}

// Images

// What was done to the digits of MNIST: the box around the ink is scaled to 20 pixels on its longer side, each new
// pixel the mean of its area, and put on 28 x 28 with its centre of mass in the middle. ink: (PAD, PAD) in [0, 1].
function normalise(ink) {
  const result = new Float64Array(784);
  let [top, bottom, left, right] = [PAD, -1, PAD, -1];
  for (let i = 0; i < ink.length; i++) {
    if (!ink[i]) continue;
    const [r, c] = [Math.floor(i / PAD), i % PAD];
    [top, bottom, left, right] = [Math.min(top, r), r, Math.min(left, c), Math.max(right, c)];
  }
  if (bottom < 0) return result;
  const [height, width] = [bottom + 1 - top, right + 1 - left];
  const [rows, columns] = [height, width].map((size) => Math.max(1, Math.round((20 * size) / Math.max(height, width))));
  const small = new Float64Array(rows * columns);
  for (const [r, across] of overlaps(height, rows).entries()) {
    for (const [c, along] of overlaps(width, columns).entries()) {
      for (const [y, share] of across) {
        for (const [x, part] of along) small[r * columns + c] += share * part * ink[(top + y) * PAD + left + x];
      }
    }
  }
  let [mass, down, over] = [0, 0, 0];
  small.forEach((value, i) => {
    mass += value;
    down += value * Math.floor(i / columns);
    over += value * (i % columns);
  });
  const [row, column] = [Math.floor(14.5 - down / mass), Math.floor(14.5 - over / mass)];
  small.forEach((value, i) => {
    const [r, c] = [row + Math.floor(i / columns), column + (i % columns)];
    if (r >= 0 && r < 28 && c >= 0 && c < 28) result[r * 28 + c] = value;
  });
  return result;
}

// How `size` old pixels are shared among `count` new ones: for each of these, [[old pixel, share], ...], sum 1.
function overlaps(size, count) {
  const step = size / count;
  return Array.from({ length: count }, (_, at) => {
    const [start, end] = [at * step, (at + 1) * step];
    const shares = [];
    for (let old = Math.floor(start); old < Math.min(Math.ceil(end), size); old++) {
      shares.push([old, (Math.min(end, old + 1) - Math.max(start, old)) / step]);
    }
    return shares;
  });
}

// The image moved by whole pixels; what leaves is lost.
function shifted(pixels, down, right) {
  return pixels.map((_, i) => {
    const [r, c] = [Math.floor(i / 28) - down, (i % 28) - right];
    return r >= 0 && r < 28 && c >= 0 && c < 28 ? pixels[r * 28 + c] : 0;
  });
}

function paint(canvas, values, rgb) {
  const image = new ImageData(canvas.width, canvas.height);
  values.forEach((value, i) => image.data.set([...rgb(value), 255], 4 * i));
  canvas.getContext("2d").putImageData(image, 0, 0);
}

// All maps of a layer side by side, `gap` pixels apart, half of their largest value as 1; NaN between the maps.
function mosaic(maps, count, side, across, gap) {
  const [width, height] = [across, count / across].map((number) => number * (side + gap) - gap);
  const limit = maps.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-9);
  const values = new Float64Array(width * height).fill(NaN);
  for (let i = 0; i < maps.length; i++) {
    const [r, c, k] = [Math.floor(i / count / side), Math.floor(i / count) % side, i % count];
    const [y, x] = [r + Math.floor(k / across) * (side + gap), c + (k % across) * (side + gap)];
    values[y * width + x] = (2 * maps[i]) / limit;
  }
  return values;
}

play("digit", (body, data) => {
  const lengths = [225, 25, 11250, 50, 125000, 100, 1000, 10];
  const cnnWeights = pieces(floats16(data.cnn), lengths);
  const sizes = [784, 500, 500, 500, 10];
  const kernels = pieces(
    new Int8Array(bytes(data.fc).buffer),
    sizes.slice(1).map((size, i) => size * sizes[i]),
  );
  const fine = pieces(
    new Float32Array(bytes(data.fine).buffer),
    sizes.slice(1).flatMap((size) => [size, size]),
  );
  const fcWeights = kernels.map((kernel, i) => ({ kernel, scale: fine[2 * i], bias: fine[2 * i + 1] }));
  const examples = pieces(bytes(data.examples), Array(10).fill(784));

  const part = parts(body);
  const canvases = {};
  for (const [name, width, height] of [
    ["pad", PAD, PAD],
    ["input", 28, 28],
    ["first", 138, 138],
    ["second", 119, 59],
  ]) {
    canvases[name] = make("canvas", { width, height });
    canvases[name].setAttribute("role", name === "pad" ? "application" : "img");
    canvases[name].setAttribute("aria-label", part[name].previousElementSibling.textContent);
    part[name].replaceChildren(canvases[name]);
  }
  const pad = canvases.pad;
  const pen = pad.getContext("2d", { willReadFrequently: true });
  const dot = make("i", { className: "pen", hidden: true }); // where the keyboard's pen is
  part.pad.append(dot);

  let pixels; // (28, 28) in [0, 1], not moved
  let source; // what it is, in words
  let truth; // which digit it is, if known
  let [down, right] = [0, 0];
  let at = null; // of the pen on the pad, [x, y], while it draws
  let waiting = false;

  function show() {
    const moved = shifted(pixels, down, right);
    const { maps, probabilities } = cnn(cnnWeights, moved);
    const rival = fc(fcWeights, moved);
    paint(canvases.input, moved, (value) => Array(3).fill(Math.round(255 * value)));
    for (const [name, values, shape] of [
      ["first", maps[0], [25, 26, 5, 2]],
      ["second", maps[1], [50, 11, 10, 1]],
    ]) {
      paint(canvases[name], mosaic(values, ...shape), (value) => (isNaN(value) ? [179, 186, 192] : shade(value)));
    }
    [probabilities, rival].forEach((all, net) => {
      const best = all.indexOf(Math.max(...all));
      const [name, mark] = part.answers.rows[0].cells[net + 1].children;
      name.textContent = best;
      mark.textContent = truth === null ? "" : best === truth ? "✓" : "✗";
      all.forEach((probability, digit) => {
        const cell = part.answers.rows[digit + 1].cells[net + 1];
        cell.querySelector("i").style.width = `${(100 * probability).toFixed(4)}%`;
        cell.lastElementChild.textContent = percent(probability);
        cell.classList.toggle("best", digit === best);
      });
    });
    return [probabilities, rival];
  }

  // The same in a sentence, for those who listen; not at every stroke of the pen.
  function say() {
    const [first, second] = show().map((all) => [all.indexOf(Math.max(...all)), percent(Math.max(...all))]);
    const places = [
      [down, "down", "up"],
      [right, "right", "left"],
    ].filter(([steps]) => steps);
    const moved = places.map(([steps, to, fro]) => `${Math.abs(steps)} ${steps > 0 ? to : fro}`).join(" and ");
    const [what, where] = [source, moved && `, moved ${moved}`];
    part.status.textContent = `${what}${where}. The CNN reads ${first[0]} (${first[1]}), the FC net ${second[0]} (${second[1]}).`;
  }

  function take(image, words, digit = null) {
    [pixels, source, truth] = [image, words, digit];
    [down, right] = [0, 0];
  }

  function example(digit) {
    lay();
    take(
      Float64Array.from(examples[digit], (byte) => byte / 255),
      `A test digit, a ${digit}`,
      digit,
    );
    say();
    pen.imageSmoothingEnabled = false;
    pen.drawImage(canvases.input, 0, 0, PAD, PAD);
  }

  function clear() {
    lay();
    pen.fillRect(0, 0, PAD, PAD);
    take(new Float64Array(784), "Nothing drawn");
    say();
  }

  function move(step) {
    [down, right] = [down + step[0], right + step[1]].map((steps) => Math.min(Math.max(steps, -27), 27));
    say();
  }

  // Drawing

  // The first stroke on a test digit starts a drawing of its own.
  function line(x, y) {
    if (truth !== null) clear();
    Object.assign(pen, { lineWidth: PEN, lineCap: "round", strokeStyle: "#fff" });
    pen.beginPath();
    pen.moveTo(...(at ?? [x - 0.1, y])); // a line without length would leave no dot
    pen.lineTo(x, y);
    pen.stroke();
    at = [x, y];
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      if (!at) return;
      look();
      show();
    });
  }

  function look() {
    const { data: rgba } = pen.getImageData(0, 0, PAD, PAD);
    const ink = Float64Array.from({ length: PAD * PAD }, (_, i) => rgba[4 * i] / 255);
    take(normalise(ink), "Your drawing");
  }

  // Lays the pen down.
  function lay() {
    at = null;
    dot.hidden = true;
  }

  function lift() {
    lay();
    look();
    say();
  }

  function place(event) {
    const box = pad.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * PAD, ((event.clientY - box.top) / box.height) * PAD];
  }

  pad.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    pad.setPointerCapture(event.pointerId);
    at = null;
    line(...place(event));
  });
  pad.addEventListener("pointermove", (event) => {
    if (pad.hasPointerCapture(event.pointerId)) line(...place(event));
  });
  pad.addEventListener("lostpointercapture", lift);

  // With the keyboard: Space puts the pen down and lifts it; then the arrows draw, and with Shift move without ink.
  let spot = [PAD / 2, PAD / 2];
  pad.addEventListener("keydown", (event) => {
    if (event.key === " ") {
      if (at) lift();
      else line(...spot);
    } else if (at && ARROWS[event.key]) {
      const [down, right] = ARROWS[event.key];
      spot = [spot[0] + 10 * right, spot[1] + 10 * down].map((value) => Math.min(Math.max(value, 0), PAD));
      if (event.shiftKey) at = spot;
      else line(...spot);
    } else return;
    dot.hidden = !at;
    Object.assign(dot.style, { left: `${(100 * spot[0]) / PAD}%`, top: `${(100 * spot[1]) / PAD}%` });
    event.preventDefault();
  });
  body.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (ARROWS[event.key]) move(ARROWS[event.key]);
    else if (["Delete", "Backspace"].includes(event.key)) clear();
    else if (/^[0-9]$/.test(event.key)) example(Number(event.key));
    else return;
    event.preventDefault();
  });

  const button = (textContent, label, onclick) => {
    const element = make("button", { type: "button", textContent, onclick });
    if (label) element.setAttribute("aria-label", label);
    return element;
  };
  part.buttons.append(
    make("b", { textContent: "test digits" }),
    ...examples.map((_, digit) => button(digit, `test digit ${digit}`, () => example(digit))),
    button("Clear", null, clear),
  );
  part.moves.append(
    ...[
      ["↑", "ArrowUp", "up"],
      ["←", "ArrowLeft", "left"],
      ["→", "ArrowRight", "right"],
      ["↓", "ArrowDown", "down"],
    ].map(([arrow, key, word]) => button(arrow, `move ${word}`, () => move(ARROWS[key]))),
  );
  pad.tabIndex = 0;
  part.hint.textContent =
    "Draw on the black square. Keys: arrows move the digit, 0 to 9 show test digits, Delete clears; in the square, " +
    "Space puts the pen down, and the arrows draw.";
  example(data.digit);
});
