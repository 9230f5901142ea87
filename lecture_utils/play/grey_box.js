// Drag the grey box: lesson 5, slide 32. All probabilities were computed before, in thousandths; the script shows the
// one of the box's place, and paints what has been seen.

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
const LOSS = [213, 94, 0]; // plots.VERMILION
const GAIN = [0, 114, 178]; // plots.BLUE

function thousandths(number, unit) {
  return `${signed((number / 10).toFixed(1))}\u00a0${unit}`;
}

// tops, lefts: of the boxes; probabilities: rows of thousandths; before: without the box; limit: thousandths in full
// colour; place: [row, column] of the first box
play("grey_box", async (body, { tops, lefts, patch, probabilities, before, limit, place: first }) => {
  const part = Object.fromEntries([...body.querySelectorAll("[data-part]")].map((node) => [node.dataset.part, node]));
  const photo = part.photo.querySelector("img");
  await photo.decode();
  const { naturalWidth: width, naturalHeight: height } = photo;
  const label = part.label.textContent;
  let place; // of the box, [row, column]
  let seen; // numbers of the places that were visited
  let sums, counts; // of the drops over each pixel

  function show() {
    const [row, column] = place;
    const probability = probabilities[row][column];
    const drop = before - probability;
    for (const box of [part.box, part.frame]) {
      Object.assign(box.style, {
        left: `${(100 * lefts[column]) / width}%`,
        top: `${(100 * tops[row]) / height}%`,
      });
    }
    part.bar.style.width = `${probability / 10}%`;
    part.probability.textContent = thousandths(probability, "%");
    part.drop.textContent = thousandths(drop, "points");
    const all = tops.length * lefts.length;
    part.status.textContent =
      `Box in row ${row + 1} of ${tops.length}, column ${column + 1} of ${lefts.length}: “${label}” has ` +
      `${thousandths(probability, "%")}, a drop of ${thousandths(drop, "points")}. ` +
      `${seen.size} of ${all} places tried.`;
    paint();
  }

  // As plots.overlay does it: a pixel has the mean drop of the boxes over it, here of those that were tried.
  function paint() {
    const image = new ImageData(width, height);
    for (let i = 0; i < width * height; i++) {
      const mean = counts[i] ? sums[i] / counts[i] : 0;
      const strength = 0.85 * Math.min(Math.abs(mean) / limit, 1);
      const end = mean > 0 ? LOSS : GAIN;
      for (let c = 0; c < 3; c++) image.data[4 * i + c] = (1 - strength) * grey[i] + strength * end[c];
      image.data[4 * i + 3] = 255;
    }
    pens[1].putImageData(image, 0, 0);
  }

  function visit(row, column) {
    place = [row, column];
    if (seen.has(row * lefts.length + column)) return;
    seen.add(row * lefts.length + column);
    const drop = before - probabilities[row][column];
    for (let y = tops[row]; y < tops[row] + patch; y++) {
      for (let i = y * width + lefts[column]; i < y * width + lefts[column] + patch; i++) {
        sums[i] += drop;
        counts[i] += 1;
      }
    }
  }

  // Moves the box, and tries every place on the way: a fast hand leaves no holes.
  function go(row, column) {
    const [fromRow, fromColumn] = place;
    const steps = Math.max(Math.abs(row - fromRow), Math.abs(column - fromColumn));
    for (let step = 1; step <= steps; step++) {
      const at = (from, to) => Math.round(from + ((to - from) * step) / steps);
      visit(at(fromRow, row), at(fromColumn, column));
    }
    if (steps) show();
  }

  function reset() {
    seen = new Set();
    [sums, counts] = [0, 0].map(() => new Float64Array(width * height));
    visit(...first);
    show();
  }

  function whole() {
    const [row, column] = place;
    tops.forEach((_, r) => lefts.forEach((_, c) => visit(r, c)));
    place = [row, column];
    show();
  }

  // The place whose box has its middle nearest to the pointer. jump: without trying those on the way
  function point(event, jump) {
    const box = part.photo.getBoundingClientRect();
    const near = (corners, at) => {
      const distances = corners.map((corner) => Math.abs(corner + patch / 2 - at));
      return distances.indexOf(Math.min(...distances));
    };
    const row = near(tops, ((event.clientY - box.top) / box.height) * height);
    const column = near(lefts, ((event.clientX - box.left) / box.width) * width);
    if (jump) {
      visit(row, column);
      show();
    } else go(row, column);
  }

  let inside = false; // the pointer, of the photo
  part.photo.addEventListener("pointerdown", (event) => {
    part.photo.setPointerCapture(event.pointerId); // a drag may leave the photo; the box stays at its border
    inside = true;
    point(event, true);
  });
  part.photo.addEventListener("pointermove", (event) => {
    point(event, !inside);
    inside = true;
  });
  part.photo.addEventListener("pointerleave", () => (inside = false));
  part.photo.addEventListener("keydown", (event) => {
    if (!STEPS[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const [down, right] = STEPS[event.key];
    const within = (at, corners) => Math.min(Math.max(at, 0), corners.length - 1);
    go(within(place[0] + down, tops), within(place[1] + right, lefts));
  });
  part.photo.tabIndex = 0;
  part.photo.setAttribute("role", "application");
  part.photo.setAttribute("aria-label", "the photo with the grey box; the arrow keys move it");
  const button = (textContent, onclick) => make("button", { type: "button", textContent, onclick });
  part.buttons.append(button("Whole map", whole), button("Reset", reset));
  part.hint.textContent =
    "Move the mouse or a finger over the photo, or click it and use the arrow keys. Where the box has been, the map appears.";

  // Canvases instead of the pictures: the deck stretches pictures, see theme.css
  const pens = [part.photo, part.map].map((stage) => {
    const canvas = make("canvas", { width, height });
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", stage.previousElementSibling.textContent);
    stage.querySelector("img").replaceWith(canvas);
    return canvas.getContext("2d", { willReadFrequently: true });
  });
  pens[0].drawImage(photo, 0, 0);
  const { data } = pens[0].getImageData(0, 0, width, height);
  const grey = Float64Array.from({ length: width * height }, (_, i) => {
    return 0.25 * 255 + (0.75 * (data[4 * i] + data[4 * i + 1] + data[4 * i + 2])) / 3;
  });
  reset();
});
