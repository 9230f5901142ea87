// The grey box: lesson 5, slide 32. A box covers a part of a photo, and the map of the drops fills in where it has been.

const [LOSES, GAINS, UNTRIED] = [[213, 94, 0], [0, 114, 178], [213, 213, 213]];

play("grey_box", (body, data) => {
  const { covered, intact, patch, tops, lefts } = data;
  const part = parts(body);
  const [height, width] = [tops.at(-1) + patch, lefts.at(-1) + patch]; // the last boxes touch the border
  const count = tops.length * lefts.length;
  const photo = part.photo.querySelector("img");
  const pens = {}; // canvases take the places of the two images
  for (const name of ["photo", "heat"]) {
    const image = part[name].querySelector("img");
    const canvas = make("canvas", { width, height });
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", image.alt);
    pens[name] = canvas.getContext("2d", { willReadFrequently: true });
    image.replaceWith(canvas);
  }

  let at = [data.row, data.column];
  let gliding = false; // whether the pointer was over the pictures just before
  let grey = null; // the photo's pixels, grey and pale; null until the browser has decoded it
  let [tried, sums, boxes] = []; // which places; and for each pixel the sum of the drops, and the boxes, over it

  function add(row, column) {
    if (tried.has(row * lefts.length + column)) return;
    tried.add(row * lefts.length + column);
    for (let r = tops[row]; r < tops[row] + patch; r++) {
      for (let c = lefts[column]; c < lefts[column] + patch; c++) {
        sums[r * width + c] += intact - covered[row][column];
        boxes[r * width + c]++;
      }
    }
  }

  function everywhere() {
    for (let place = 0; place < count; place++) add(Math.floor(place / lefts.length), place % lefts.length);
  }

  function nowhere() {
    [tried, sums, boxes] = [new Set(), new Float64Array(height * width), new Float64Array(height * width)];
  }

  // As lecture_utils.plots.overlay paints a map over a photo
  function paint() {
    if (!grey) return;
    const image = new ImageData(width, height);
    for (let i = 0; i < height * width; i++) {
      const mean = sums[i] / boxes[i];
      const strength = 0.85 * Math.min(Math.abs(mean) / limit, 1);
      const end = mean > 0 ? LOSES : GAINS;
      for (let k = 0; k < 3; k++) {
        image.data[4 * i + k] = boxes[i] ? (1 - strength) * grey[i] + strength * end[k] : UNTRIED[k];
      }
      image.data[4 * i + 3] = 255;
    }
    pens.heat.putImageData(image, 0, 0);
  }

  function show() {
    const [row, column] = at;
    for (const box of body.querySelectorAll(".stage i")) {
      box.style.left = `${(100 * lefts[column]) / width}%`;
      box.style.top = `${(100 * tops[row]) / height}%`;
    }
    const here = covered[row][column];
    const change = intact - here;
    const points = `${Math.abs(change)} point${Math.abs(change) === 1 ? "" : "s"}`;
    const words = change ? `${points} ${change > 0 ? "less" : "more"} than` : "as";
    part.percent.textContent = `${here}\u00a0%`;
    part.bar.style.width = `${here}%`;
    part.status.textContent =
      `Row ${row + 1} of ${tops.length}, column ${column + 1} of ${lefts.length}: ${here}\u00a0%, ` +
      `${words} without the box.`;
    part.tried.textContent = `Tried ${tried.size} of ${count} places.`;
    paint();
  }

  // The box goes there in a straight line, and tries the places on its way; without `line` it jumps.
  function go(row, column, line = true) {
    const [down, right] = [row - at[0], column - at[1]];
    const steps = line ? Math.max(Math.abs(down), Math.abs(right)) : 0;
    for (let k = 1; k < steps; k++) add(at[0] + Math.round((k * down) / steps), at[1] + Math.round((k * right) / steps));
    at = [row, column];
    add(row, column);
    show();
  }

  const nearest = (starts, value) =>
    starts.reduce((best, start, i) => (Math.abs(start - value) < Math.abs(starts[best] - value) ? i : best), 0);

  for (const stage of [part.photo, part.heat]) {
    for (const kind of ["pointerdown", "pointermove"]) {
      stage.addEventListener(kind, (event) => {
        const box = stage.getBoundingClientRect();
        const x = ((event.clientX - box.left) / box.width) * width - patch / 2;
        const y = ((event.clientY - box.top) / box.height) * height - patch / 2;
        const [row, column] = [nearest(tops, y), nearest(lefts, x)];
        if (row !== at[0] || column !== at[1]) go(row, column, gliding);
        gliding = true;
      });
    }
    stage.addEventListener("pointerleave", () => (gliding = false));
  }
  body.addEventListener("keydown", (event) => {
    const step = ARROWS[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    const [row, column] = [at[0] + step[0], at[1] + step[1]];
    if (covered[row]?.[column] !== undefined) go(row, column);
    event.preventDefault();
  });

  part.photo.tabIndex = 0;
  part.photo.setAttribute("role", "application");
  part.photo.setAttribute("aria-label", "the photo; the arrow keys move the grey box");
  part.buttons.append(
    make("button", { type: "button", textContent: "Whole map", onclick: () => (everywhere(), show()) }),
    make("button", { type: "button", textContent: "Clear", onclick: () => (nowhere(), add(...at), show()) }),
  );
  part.hint.textContent = "Move the box by mouse, finger or arrow keys.";

  nowhere();
  everywhere();
  const limit = sums.reduce((most, sum, i) => Math.max(most, Math.abs(sum / boxes[i])), 0) || 1; // of full colour
  nowhere();
  add(...at);
  show();
  photo.decode().then(() => {
    pens.photo.drawImage(photo, 0, 0);
    const rgba = pens.photo.getImageData(0, 0, width, height).data;
    grey = Float64Array.from({ length: height * width }, (_, i) => {
      return 63.75 + 0.25 * (rgba[4 * i] + rgba[4 * i + 1] + rgba[4 * i + 2]);
    });
    paint();
  });
});
