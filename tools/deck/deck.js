/* Before reveal.js starts, every page of the deck finds its own layout by measuring, at 1280 x 720:
   - type as large as the page allows;
   - text beside its figure or above it, whichever makes the figure larger;
   - a page that goes on under the same title joins the page before it where both fit: code meets its figure.
   What joins appears as a step. Tags of a cell overrule: `rows`, `columns`, `own-page`. */
const WIDTH = 1280, HEIGHT = 720, SIDE = 64, EDGE = 28;
const TYPES = [1.4, 1.3, 1.2, 1.1, 1, 0.92, 0.85, 0.78]; // of the normal size; READING: what a figure may ask of its text
const READING = 0.92, SMALLEST = 0.85;
const COLUMNS = [360, 400, 440, 480, 520, 560, 600, 640, 680, 720, 760]; // widths of the text, in pixels
const BLOCKS = "h1, h2, h3, p, ul, ol, pre, table, blockquote, math[display=block], .toy, .figure";

const all = (root, selector) => [...root.querySelectorAll(selector)].filter(e => !e.closest("aside, .toy .toy *"));

/* The box that a picture fills in a frame, and its share of the slide. */
function inside(image, width, height) {
    const scale = Math.min(width / image.naturalWidth, height / image.naturalHeight);
    const box = {width: image.naturalWidth * scale, height: image.naturalHeight * scale};
    return {...box, scale, area: box.width * box.height / WIDTH / HEIGHT};
}

/* Type of one size; code and tables no wider than their column. Returns the height that the page needs without figures. */
function write(page, type, column) {
    const room = column || WIDTH - 2 * SIDE;
    page.style.setProperty("--type", type);
    page.style.setProperty("--right", `${WIDTH - SIDE - room}px`);
    page.classList.toggle("columns", column > 0);
    const size = (element, base, least) => Math.max(least, Math.min(base * type, (room - 8) / element.widest));
    for (const table of all(page, "table")) table.style.fontSize = `${size(table, 25, 22)}px`;
    for (const kind of [".highlight pre", ".output_text pre"]) {
        const texts = all(page, kind), sizes = texts.map(text => size(text, 20, 20));
        for (const text of texts) text.style.fontSize = `${Math.min(...sizes)}px`;
    }
    page.classList.add("measured");
    const wide = all(page, "pre, table, math, p").some(e => e.scrollWidth > e.clientWidth + 1 && e.clientWidth || e.offsetWidth > room + 1);
    const height = wide || (column && all(page, "pre, table").some(e => e.widest * 20 > room)) ? Infinity : page.offsetHeight;
    page.classList.remove("measured");
    return height;
}

/* The pictures' boxes if the page is written so, or null if it does not fit. */
function boxes(page, type, column) {
    const pictures = all(page, ".figure img"), height = write(page, type, column);
    if (height > HEIGHT) return null;
    const free = column ? HEIGHT - 2 * EDGE - 22 : HEIGHT - height - 8;
    const room = column ? WIDTH - SIDE - column - 2 * EDGE : WIDTH - 2 * EDGE;
    const found = pictures.map(picture => inside(picture, room, free / pictures.length));
    return found.every(box => box.scale > 0.57) ? found : null;
}

const area = found => found.reduce((sum, box) => sum + box.area, 0);

/* Lay out one page as well as it can be; returns {type, area}. */
function fit(page) {
    const figures = all(page, ".figure"), tagged = tag => page.querySelector(`.celltag_${tag}`);
    let columns = [0];
    if (figures.length === 1 && !tagged("rows")) columns = tagged("columns") ? COLUMNS : [0, ...COLUMNS];
    let best = null;
    for (const start of figures.length ? TYPES.filter(type => type <= READING) : TYPES) {
        for (const column of columns) {
            const found = boxes(page, start, column);
            if (found && (!best || area(found) > best.area + 0.01)) best = {type: start, column, area: area(found)};
        }
        if (best) break;
    }
    best ??= {type: TYPES.at(-1), column: 0, area: 0};
    for (const type of TYPES.filter(type => type > best.type)) { // larger type, if it costs the figure nothing
        const found = boxes(page, type, best.column);
        if (!found || area(found) < best.area - 0.01) continue;
        best = {...best, type};
        break;
    }
    const height = write(page, best.type, best.column), found = boxes(page, best.type, best.column) ?? [];
    found.forEach((box, number) => {
        const style = figures[number].style;
        style.width = `${box.width}px`;
        style.height = `${box.height}px`;
        style.left = best.column ? `${SIDE + best.column + EDGE + (WIDTH - SIDE - best.column - 2 * EDGE - box.width) / 2}px` : "";
        style.top = best.column ? `${(HEIGHT + 10 - box.height) / 2}px` : "";
    });
    return best;
}

/* The share of the page's height where nothing stands. */
function empty(page) {
    let covered = 0, end = -Infinity;
    const spans = all(page, BLOCKS).map(block => block.getBoundingClientRect()).sort((a, b) => a.top - b.top);
    for (const {top, bottom} of spans) {
        covered += Math.max(0, bottom - Math.max(top, end));
        end = Math.max(end, bottom);
    }
    return 1 - covered / HEIGHT;
}

/* Move what `next` shows to the end of `page`, its first part as a step; returns what undoes it. */
function join(page, next) {
    const content = [...next.children].slice(1), later = content.findIndex(child => child.matches(".fragment"));
    const step = document.createElement("div");
    step.className = "fragment";
    step.append(...(later < 0 ? content : content.slice(0, later)));
    const moved = step.childElementCount ? [step, ...content.filter(child => !step.contains(child))] : content;
    page.append(...moved);
    return () => {
        moved.forEach(child => child.remove());
        next.append(...content);
    };
}

function joined(page, next) {
    if (!next?.matches("[data-goes-on]") || next.querySelector(".celltag_own-page, .toy")) return false;
    const pictured = [page, next].filter(one => all(one, ".figure").length);
    if (pictured.length === 2) return false;
    const alone = [fit(page), fit(next)];
    const meets = pictured[0] === next;
    if (!meets && empty(page) < 0.45 && empty(next) < 0.45) return false;
    const undo = join(page, next), together = fit(page);
    const largest = Math.max(...alone.map(one => one.area));
    if (together.type >= SMALLEST && together.area >= 0.7 * largest && (!largest || together.area)) {
        page.dataset.joined = 1 + Number(page.dataset.joined || 0);
        next.remove();
        return true;
    }
    undo();
    return false;
}

async function layout() {
    const root = document.querySelector(".reveal");
    await Promise.all(["29px Source Sans Pro", "600 29px Source Sans Pro", "italic 29px Source Sans Pro", "20px DejaVu Sans Mono"].map(font => document.fonts.load(font)));
    await Promise.all([...document.querySelectorAll(".slides img")].map(image => image.decode().catch(() => 0)));
    root.classList.add("fitting");
    for (const image of all(root, "img")) {
        if (image.closest(".toy")) continue;
        const figure = document.createElement("div");
        figure.className = "figure";
        image.replaceWith(figure);
        figure.append(image);
    }
    for (const element of all(root, "pre, table")) { // in its own font size
        element.style.width = "max-content";
        element.widest = element.offsetWidth / parseFloat(getComputedStyle(element).fontSize);
        element.style.width = "";
    }
    for (const page of root.querySelectorAll(".page")) {
        if (!page.isConnected) continue;
        while (joined(page, page.nextElementSibling));
        fit(page);
    }
    root.classList.remove("fitting");
}
