// Receptive fields: lesson 3, slide 25. The square of the photo that one value of a feature map sees.

const PIXELS = 256; // a side of the photo

play("receptive_field", (body, data) => {
  const part = parts(body);
  const [square, unit] = body.querySelectorAll(".stage i");
  const canvas = make("canvas");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", "the feature map");
  let layer; // one of data.layers; its map as rows of values
  let at; // the row and column of the value

  const values = ({ map, limit }) =>
    map.map((row) => [...row].map((level) => ((data.levels.indexOf(level) - 31) / 31) * limit));

  function choose(name) {
    const number = data.layers.findIndex((each) => each.layer === name);
    layer = { ...data.layers[number], map: values(data.layers[number]) };
    const side = layer.map.length;
    Object.assign(canvas, { width: side, height: side });
    const image = new ImageData(side, side);
    layer.map.flat().forEach((value, i) => image.data.set([...shade(value / layer.limit), 255], 4 * i));
    canvas.getContext("2d").putImageData(image, 0, 0);
    const place = layer.map.flat().indexOf(Math.max(...layer.map.flat())); // the strongest value
    at = [Math.floor(place / side), place % side];
    part.caption.textContent = `${name}, channel ${layer.channel}: ${side} × ${side}`;
    part.patches.style.backgroundImage = `url(${data.strips[number]})`;
    part.activations.textContent = layer.patches.map((patch) => patch[3].toFixed(1)).join(" · ");
    const [size, jump] = [layer.size, layer.jump].map((text) => make("b", { textContent: text }));
    size.textContent += ` × ${layer.size}`;
    part.size.replaceChildren(`A value of ${name} sees `, size, " pixels; its neighbour’s square begins ", jump);
    part.size.append(" pixels further (the jump).");
    show();
  }

  function show() {
    const { map, size, start, jump } = layer;
    const [top, left] = at.map((place) => start + jump * place);
    const inside = [top, left].map((first) => Math.min(first + size, PIXELS) - Math.max(first, 0));
    const padding = size ** 2 - inside[0] * inside[1];
    const whole = PIXELS + 2 * data.margin;
    lay(square, [data.margin + top, data.margin + left, size], whole);
    lay(unit, [...at, 1], map.length);
    const share = ((100 * padding) / size ** 2).toFixed(0);
    part.status.textContent =
      `Row ${at[0]}, column ${at[1]} (from 0): the value is ${signed(map[at[0]][at[1]].toFixed(1))}. It sees rows ` +
      `${signed(top)} to ${signed(top + size - 1)} and columns ${signed(left)} to ${signed(left + size - 1)}; ` +
      `${share}\u00a0% of that is padding.`;
  }

  function lay(box, [top, left, size], whole) {
    const percent = [top, left, size, size].map((length) => `${(100 * length) / whole}%`);
    ["top", "left", "width", "height"].forEach((name, i) => (box.style[name] = percent[i]));
  }

  function go(row, column) {
    at = [row, column].map((place) => Math.min(Math.max(place, 0), layer.map.length - 1));
    show();
  }

  for (const kind of ["pointerdown", "pointermove"]) {
    part.map.addEventListener(kind, (event) => {
      const box = canvas.getBoundingClientRect();
      const side = layer.map.length;
      go(
        Math.floor(((event.clientY - box.top) / box.height) * side),
        Math.floor(((event.clientX - box.left) / box.width) * side),
      );
    });
  }
  part.map.addEventListener("keydown", (event) => {
    const way = ARROWS[event.key];
    if (!way || event.ctrlKey || event.metaKey || event.altKey) return;
    go(at[0] + way[0], at[1] + way[1]);
    event.preventDefault();
  });

  part.map.tabIndex = 0;
  part.map.setAttribute("role", "application");
  part.map.setAttribute("aria-label", "the feature map; the arrow keys choose a value");
  part.map.querySelector("div").replaceWith(canvas);
  const names = data.layers.map((each) => each.layer);
  part.buttons.append(choice("layer", names, names[data.chosen], choose));
  part.hint.textContent = "Choose a layer; point at its map, or use the arrow keys there.";
  choose(names[data.chosen]);
});
