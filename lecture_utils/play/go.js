// Play Go against the policy network of lesson 8, slides 39-42: the rules, AlphaGo's 48 planes and the network in plain
// JavaScript. Rules and planes follow lecture_utils/go/rules.py function by function: a board is a flat array with a
// border around it, so that the neighbours of point p are p - 1, p + 1, p - WIDTH and p + WIDTH.

const SIZE = 19;
const WIDTH = SIZE + 2;
const [BLACK, WHITE, EMPTY, BORDER] = [1, -1, 0, 2];
const PASS = 0; // the upper left corner of the border is no point of the board; as a ko it means none
const AROUND = [-1, 1, -WIDTH, WIDTH];
const DIAGONAL = [-WIDTH - 1, -WIDTH + 1, WIDTH - 1, WIDTH + 1];
const POINTS = square(SIZE, (row, column) => (row + 1) * WIDTH + column + 1).flat();
const DEEPEST = 400; // moves of a ladder
const MOST_MOVES = 20000; // moves tried in one reading of a ladder
const PLANES = 48;

// Rules

// A board is never changed; `after` gives a new one. stones: WIDTH² colours; turns: in which turn each was played, 0
// for set-up stones; turn: number of the turn to come; last: the move just made.
function emptyBoard() {
  const stones = new Int8Array(WIDTH * WIDTH).fill(BORDER);
  for (const point of POINTS) stones[point] = EMPTY;
  return { stones, turns: new Int16Array(stones.length), toMove: BLACK, turn: 1, ko: PASS, last: null };
}

// The chain of the stone at `point`: { stones, liberties }, two lists of points.
function chainAt(stones, point) {
  const seen = new Uint8Array(stones.length);
  const chain = [point];
  const liberties = [];
  seen[point] = 1;
  for (let i = 0; i < chain.length; i++) {
    for (const step of AROUND) {
      const q = chain[i] + step;
      if (seen[q]) continue;
      seen[q] = 1;
      if (stones[q] === stones[point]) chain.push(q);
      else if (stones[q] === EMPTY) liberties.push(q);
    }
  }
  return { stones: chain, liberties };
}

// `colour` plays at `point`, where the ko rule forbids the point `ko`: { stones, captured, chain, ko }, the new
// position and how many stones it took; or the rule that forbids it, in words.
function move(before, point, colour, ko) {
  if (before[point] !== EMPTY) return "a stone lies there";
  if (point === ko) return "ko: it would take back at once the stone that has just taken one";
  const stones = before.slice();
  stones[point] = colour;
  let captured = 0;
  for (const step of AROUND) {
    if (stones[point + step] !== -colour) continue;
    const other = chainAt(stones, point + step);
    if (other.liberties.length) continue;
    for (const p of other.stones) stones[p] = EMPTY;
    captured += other.stones.length;
  }
  const chain = chainAt(stones, point);
  if (!chain.liberties.length) return "suicide: the stone’s chain would have no liberty";
  // a ko: one stone took one stone, and could be taken back at once
  const isKo = captured === 1 && chain.stones.length === 1 && chain.liberties.length === 1;
  return { stones, captured, chain, ko: isKo ? chain.liberties[0] : PASS };
}

// The board after a move of the side to move, or why that is forbidden, in words.
function after(board, point) {
  const { toMove, turn } = board;
  const next = { ...board, toMove: -toMove, turn: turn + 1, ko: PASS, last: point };
  if (point === PASS) return next;
  const result = move(board.stones, point, toMove, board.ko);
  if (typeof result === "string") return result;
  next.turns = board.turns.slice();
  next.turns[point] = turn;
  return Object.assign(next, { stones: result.stones, ko: result.ko });
}

// An eye: all neighbours are `colour`, and the other colour is on no more than one diagonal point, at the edge on none.
function isEye(stones, point, colour) {
  const around = AROUND.map((step) => stones[point + step]);
  if (around.some((stone) => stone !== BORDER && stone !== colour)) return false;
  const against = DIAGONAL.filter((step) => stones[point + step] === -colour).length;
  return against <= (around.includes(BORDER) ? 0 : 1);
}

// Ladders; lecture_utils/go/rules.py says what was chosen where books differ

// The moves that may save a chain in atari: its last liberty, and those of neighbouring chains in atari.
function defences(stones, { stones: chain, liberties }) {
  const moves = new Set([liberties[0]]);
  for (const p of chain) {
    for (const step of AROUND) {
      if (stones[p + step] !== -stones[p]) continue;
      const other = chainAt(stones, p + step);
      if (other.liberties.length === 1) moves.add(other.liberties[0]);
    }
  }
  return [...moves];
}

// Is the chain at point `chain` captured in a ladder? The defender may once take back a ko at once.
function isCaptured(position, chain, firstKo, attackerMoves) {
  const colour = position[chain];
  let tried = 0;
  let gaveUp = false; // a chase that is too long counts as an escape

  function caught(stones, ko, attacking, threat, depth) {
    gaveUp ||= depth === DEEPEST || tried > MOST_MOVES;
    if (gaveUp) return false;
    const here = chainAt(stones, chain);
    const moves = !attacking ? defences(stones, here) : here.liberties.length <= 2 ? here.liberties : [];
    for (const point of moves) {
      tried += 1;
      const takesBack = !attacking && point === ko;
      const next = move(stones, point, attacking ? -colour : colour, takesBack && threat ? PASS : ko);
      if (typeof next === "string") continue;
      const gone = next.stones[chain] !== colour;
      const outcome = gone || caught(next.stones, next.ko, !attacking, threat && !takesBack, depth + 1);
      if (gaveUp) return false;
      if (outcome === attacking) return outcome; // what the player here wanted
    }
    return !attacking; // whoever has no choice left has lost
  }

  return caught(position, firstKo, attackerMoves, true, 0);
}

// AlphaGo's planes; lecture_utils/go/planes.py says what each means

// The 48 planes of a board for its side to move: zeros and ones, row by row, point by point.
function encode({ stones, turns, toMove, turn, ko }) {
  const planes = new Uint8Array(POINTS.length * PLANES);
  const mark = (point, plane) => (planes[POINTS.indexOf(point) * PLANES + plane] = 1);
  const count = (point, first, number) => number > 0 && mark(point, first + Math.min(number, 8) - 1);
  const results = new Map(); // of the legal moves
  const chains = [];
  const known = new Set();
  for (const point of POINTS) {
    mark(point, 3);
    mark(point, stones[point] === EMPTY ? 2 : stones[point] === toMove ? 0 : 1);
    if (stones[point] !== EMPTY) {
      count(point, 4, Math.max(turn - turns[point], 1));
      if (known.has(point)) continue;
      const chain = chainAt(stones, point);
      chains.push(chain);
      for (const p of chain.stones) {
        known.add(p);
        count(p, 12, chain.liberties.length);
      }
      continue;
    }
    const result = move(stones, point, toMove, ko);
    if (typeof result === "string") continue;
    results.set(point, result);
    count(point, 20, result.captured);
    if (result.chain.liberties.length === 1) count(point, 28, result.chain.stones.length);
    count(point, 36, result.chain.liberties.length);
    if (!isEye(stones, point, toMove)) mark(point, 46);
  }
  for (const chain of chains) {
    const [place] = chain.stones;
    const own = stones[place] === toMove;
    if (chain.liberties.length !== (own ? 1 : 2)) continue;
    for (const point of own ? defences(stones, chain) : chain.liberties) {
      const result = results.get(point);
      if (result && isCaptured(result.stones, place, result.ko, own) !== own) mark(point, own ? 45 : 44);
    }
  }
  return planes;
}

// The network

// The layers of lecture_utils.go.networks.policy_network: their kernels are whole numbers of ten bits, to be multiplied
// by a number for each filter, which stands in front of its biases.
function layersOf({ kernels, fine, filters, depth }) {
  const [packed, floats] = [bytes(kernels), new Float32Array(bytes(fine).buffer)];
  let [taken, start] = [0, 0];
  const next = (length) => floats.subarray(start, (start += length));
  const layers = Array.from({ length: depth }, (_, i) => {
    const [side, inputs, scales] = i ? [3, filters, next(filters)] : [5, 48, next(filters)];
    const kernel = Float32Array.from({ length: side * side * inputs * filters }, (_, k) => {
      const first = 10 * taken++;
      const two = (packed[first >> 3] << 8) | packed[(first >> 3) + 1];
      return (((two >> (6 - (first & 7))) & 1023) - 512) * scales[k % filters];
    });
    return { side, inputs, filters, kernel, bias: next(filters) };
  });
  return { layers, last: next(filters), bias: next(361) };
}

// A convolution with zeros around the board, and a rectifier. input: 361 points with `inputs` numbers each; kernel:
// (side, side, inputs, filters). Most inputs are zero and are left out; the rest are taken four at a time.
function convolve(input, { side, inputs, filters, kernel, bias }) {
  const result = new Float32Array(361 * filters);
  const values = new Float32Array(side * side * inputs + 3);
  const rows = new Int32Array(values.length);
  const half = (side - 1) / 2;
  for (let point = 0; point < 361; point++) {
    const [row, column] = [Math.floor(point / 19) - half, (point % 19) - half];
    let count = 0;
    for (let place = 0; place < side * side; place++) {
      const [r, c] = [row + Math.floor(place / side), column + (place % side)];
      if (r < 0 || r >= 19 || c < 0 || c >= 19) continue;
      for (let i = 0; i < inputs; i++) {
        const value = input[(r * 19 + c) * inputs + i];
        if (value === 0) continue;
        values[count] = value;
        rows[count++] = (place * inputs + i) * filters;
      }
    }
    values.fill(0, count, count + 3);
    const sums = result.subarray(point * filters, (point + 1) * filters);
    sums.set(bias);
    for (let k = 0; k < count; k += 4) {
      const [a, b, c, d] = [values[k], values[k + 1], values[k + 2], values[k + 3]];
      const [p, q, r, s] = [rows[k], rows[k + 1], rows[k + 2], rows[k + 3]];
      for (let f = 0; f < filters; f++) {
        sums[f] += a * kernel[p + f] + b * kernel[q + f] + c * kernel[r + f] + d * kernel[s + f];
      }
    }
    for (let f = 0; f < filters; f++) sums[f] = Math.max(sums[f], 0);
  }
  return result;
}

// 48 planes -> 361 probabilities
function policy({ layers, last, bias }, planes) {
  let image = planes;
  for (const layer of layers) image = convolve(image, layer);
  const logits = Float64Array.from(bias, (sum, point) => {
    last.forEach((weight, f) => (sum += weight * image[point * last.length + f]));
    return sum;
  });
  return softmax(logits);
}

// Asks the network, in a worker, so that the page stays alive, or here where a page allows none. Returns a function
// of planes that promises the probabilities.
function thinker({ kernels, fine, filters, depth }) {
  const weights = { kernels, fine, filters, depth };
  const code = `${[bytes, softmax, layersOf, convolve, policy].join("\n")}
    const network = layersOf(${JSON.stringify(weights)});
    onmessage = ({ data }) => postMessage(policy(network, data));`;
  const waiting = [];
  let worker = null;
  let network = null;
  const here = ({ planes, answer }) => {
    network ??= layersOf(weights);
    setTimeout(() => answer(policy(network, planes)));
  };
  try {
    worker = new Worker(URL.createObjectURL(new Blob([code])));
    worker.onmessage = ({ data }) => waiting.shift().answer(data);
    worker.onerror = () => {
      worker = null;
      waiting.splice(0).forEach(here);
    };
  } catch {
    worker = null;
  }
  return (planes) =>
    new Promise((answer) => {
      if (worker) {
        waiting.push({ planes, answer });
        worker.postMessage(planes);
      } else here({ planes, answer });
    });
}

// The board as a picture

const FIELD = 24; // between two lines
const COLUMNS = "ABCDEFGHJKLMNOPQRST"; // by custom without I
const NAMES = { [BLACK]: "Black", [WHITE]: "White" };

function nameOf(point) {
  return COLUMNS[(point % WIDTH) - 1] + (SIZE + 1 - Math.floor(point / WIDTH));
}

// As lecture_utils.go.drawing and `_goban` in Python draw it. heat: 361 probabilities or null, red squares whose area
// shows them; the largest fills its field.
function goban({ stones, last }, heat) {
  const far = (SIZE - 1) * FIELD;
  let lines = "";
  let labels = "";
  for (let k = 0; k < SIZE; k++) {
    lines += `M0 ${FIELD * k}H${far}M${FIELD * k} 0V${far}`;
    labels += `<text x="${FIELD * k}" y="468">${COLUMNS[k]}</text>`;
    labels += `<text x="-31" y="${FIELD * k + 6}">${SIZE - k}</text>`;
  }
  let [stars, squares, discs] = ["", "", ""];
  const largest = heat ? Math.max(...heat) : 0;
  for (const [i, point] of POINTS.entries()) {
    const [x, y] = [(i % SIZE) * FIELD, Math.floor(i / SIZE) * FIELD];
    if (x % 144 === 72 && y % 144 === 72) stars += `<circle cx="${x}" cy="${y}" r="2.4"/>`;
    if (heat?.[i] > largest / 400) {
      const side = 0.96 * FIELD * Math.sqrt(heat[i] / largest);
      const [left, top] = [x - side / 2, y - side / 2].map((corner) => corner.toFixed(1));
      squares += `<rect x="${left}" y="${top}" width="${side.toFixed(1)}" height="${side.toFixed(1)}"/>`;
    }
    if (stones[point] === EMPTY) continue;
    const [fill, ring] = stones[point] === BLACK ? ["#1A1A1A", "#FAFAFA"] : ["#FAFAFA", "#1A1A1A"];
    discs += `<circle cx="${x}" cy="${y}" r="11" fill="${fill}" stroke="#1A1A1A"/>`;
    if (point === last) discs += `<circle cx="${x}" cy="${y}" r="5.3" fill="none" stroke="${ring}" stroke-width="2"/>`;
  }
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-43 -18 493 493">` +
    `<rect x="-18" y="-18" width="468" height="468" fill="#E8C47C"/>` +
    `<path d="${lines}" stroke="#5A4520"/><g fill="#5A4520">${stars}</g>` +
    `<g fill="#B2182B" opacity=".85">${squares}</g>${discs}` +
    `<g font-family="sans-serif" font-size="18" text-anchor="middle">${labels}</g></svg>`
  );
}

play("go", (body, data) => {
  const part = parts(body);
  const ask = thinker(data);
  let boards; // all positions of the game, the present one last
  let ladders = "on";
  let view = "your move"; // whose probabilities are shown
  let heat = null; // what the board shows, and
  let seen = null; // of which board
  let cursor = POINTS[180]; // the point that the keyboard is on
  let newest = 0;

  // What the network thinks of a board: its planes, and a probability for each of the 361 points.
  async function evaluate(board) {
    const planes = encode(board);
    const input = planes.slice();
    if (ladders === "zeros") for (let i = 0; i < input.length; i += PLANES) input.fill(0, i + 44, i + 46);
    return { planes, probabilities: await ask(input) };
  }

  // The network's move: the likeliest one that is sensible; PASS if there is none.
  function best({ planes, probabilities }) {
    let choice = -1;
    probabilities.forEach((probability, i) => {
      if (planes[i * PLANES + 46] && probability > (probabilities[choice] ?? -1)) choice = i;
    });
    return choice < 0 ? PASS : POINTS[choice];
  }

  function draw() {
    part.board.innerHTML = goban(boards.at(-1), heat);
    const [x, y] = [cursor % WIDTH, Math.floor(cursor / WIDTH)].map((k) => (k - 1) * FIELD - 10);
    part.board.firstChild.insertAdjacentHTML(
      "beforeend",
      `<rect class="cursor" x="${x}" y="${y}" width="20" height="20" fill="none" stroke="#0072B2" stroke-width="3"/>`,
    );
  }

  // The eight likeliest moves in the table, and what the planes say about them.
  function list(board, { planes, probabilities }) {
    const order = [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a]);
    part.who.textContent = `The network, for ${NAMES[board.toMove]}`;
    [...part.likely.rows].forEach(({ cells }, rank) => {
      const i = order[rank];
      const plane = (number) => planes[i * PLANES + number];
      const legal = planes.subarray(i * PLANES + 36, i * PLANES + 44).includes(1);
      cells[0].textContent = nameOf(POINTS[i]);
      cells[1].querySelector("i").style.width = `${(100 * probabilities[i]).toFixed(2)}%`;
      cells[1].lastElementChild.textContent = percent(probabilities[i]);
      cells[2].textContent = !legal
        ? "forbidden"
        : !plane(46)
          ? "own eye"
          : plane(44)
            ? "ladder: captures"
            : plane(45)
              ? "ladder: escapes"
              : "";
    });
  }

  // Shows the present position, and then what the network thinks of it or thought of the one before.
  async function show() {
    const ticket = (newest += 1);
    if (seen !== boards.at(-1)) heat = null;
    seen = boards.at(-1);
    draw();
    const board = { "your move": boards.at(-1), "its last move": boards.at(-2) }[view];
    part.thoughts.classList.toggle("hidden", !board);
    const thoughts = board && (await evaluate(board));
    if (ticket !== newest) return;
    heat = board ? thoughts.probabilities : null;
    if (board) list(board, thoughts);
    draw();
  }

  function say(text) {
    part.status.textContent = text;
  }

  function isOver() {
    return boards.length > 1 && boards.at(-1).last === PASS && boards.at(-2).last === PASS;
  }

  async function playAt(point) {
    if (boards.at(-1).toMove !== BLACK || isOver()) return;
    const mine = after(boards.at(-1), point);
    if (typeof mine === "string") {
      say(`Black may not play at ${nameOf(point)}: ${mine}.`);
      return;
    }
    boards.push(mine);
    [heat, seen] = [null, mine];
    newest += 1;
    draw();
    say("The network is thinking.");
    const thoughts = await evaluate(mine);
    if (boards.at(-1) !== mine) return; // taken back
    const answer = best(thoughts);
    boards.push(after(mine, answer));
    const likely = thoughts.probabilities[POINTS.indexOf(answer)];
    const words = answer === PASS ? "passes" : `plays ${nameOf(answer)} (${percent(likely)})`;
    say(`White ${words}. ${isOver() ? "Both have passed: the game is over." : "Black to move."}`);
    show();
  }

  function undo() {
    if (boards.length === 1) return;
    do boards.pop();
    while (boards.at(-1).toMove !== BLACK);
    say("Taken back. Black to move.");
    show();
  }

  function start({ text, black, white, moves }) {
    const board = emptyBoard();
    for (const point of black) board.stones[point] = BLACK;
    for (const point of white) board.stones[point] = WHITE;
    boards = [board];
    for (const point of moves) boards.push(after(boards.at(-1), point));
    say(text);
    show();
  }

  function pointAt(event) {
    const box = part.board.firstChild.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top].map((value) => (value / box.width) * 493);
    const [row, column] = [Math.round((y - 18) / FIELD), Math.round((x - 43) / FIELD)];
    return row >= 0 && row < SIZE && column >= 0 && column < SIZE ? POINTS[row * SIZE + column] : null;
  }

  part.board.addEventListener("click", (event) => {
    const point = pointAt(event);
    if (point === null) return;
    cursor = point;
    playAt(point);
  });
  part.board.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (ARROWS[event.key]) {
      const next = cursor + ARROWS[event.key][0] * WIDTH + ARROWS[event.key][1];
      if (boards.at(-1).stones[next] !== BORDER) cursor = next;
      const lies = { [BLACK]: "a black stone", [WHITE]: "a white stone", [EMPTY]: "empty" };
      const stone = boards.at(-1).stones[cursor];
      const likely = heat && stone === EMPTY ? `, ${percent(heat[POINTS.indexOf(cursor)])}` : "";
      say(`${nameOf(cursor)}: ${lies[stone]}${likely}.`);
      draw();
    } else if ([" ", "Enter"].includes(event.key)) playAt(cursor);
    else return;
    event.preventDefault();
  });
  body.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const key = event.key.toLowerCase();
    if (key === "p") playAt(PASS);
    else if (key === "u") undo();
  });
  part.board.tabIndex = 0;
  part.board.setAttribute("role", "application");
  part.board.setAttribute("aria-label", "Go board");

  const button = (textContent, onclick) => make("button", { type: "button", textContent, onclick });
  part.controls.append(
    choice("ladder planes", ["on", "zeros"], ladders, (value) => {
      ladders = value;
      show();
    }),
    choice("red squares", ["your move", "its last move", "none"], view, (value) => {
      view = value;
      show();
    }),
  );
  part.buttons.append(
    button("Pass", () => playAt(PASS)),
    button("Undo", undo),
    make("b", { textContent: "new game" }),
    ...Object.entries(data.starts).map(([name, position]) => button(name, () => start(position))),
  );
  part.hint.textContent =
    "Click a point to play. Keys: on the board arrows and Space; P passes, U takes back.";
  start(data.starts[data.start]);
});
