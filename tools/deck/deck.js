/* Before reveal.js starts, every page of the deck finds its own layout by measuring, at 1280 x 720:
   - type as large as the page allows;
   - a figure below the text or beside it (beside all of it, or what follows title or code), wherever it is largest;
   - a page that goes on under the same title joins the page before it where both fit: code meets its figure;
   - the figure of a cell tagged `opener` or `cover` also stands, as a preview, where its section or the deck opens.
   What joins appears as a step. Tags of a cell overrule: `rows`, `columns`, `own-page`. */
const WIDTH = 1280, HEIGHT = 720, SIDE = 64, EDGE = 28, FOOT = 56;
const TYPES = Array.from({length: 18}, (_, step) => 1.6 - 0.05 * step); // of the normal size
const READING = 0.91, JOINING = 0.84; // as small as the text becomes for the sake of its figure, or to join
const COLUMNS = [360, 420, 480, 540, 600, 660, 720]; // widths of the text beside a figure, in pixels
const SHARPEST = 0.57; // a picture shrunk by more is hard to read
const EMPTY = 0.45; // a page that leaves more of its height empty looks for company
const PREVIEW = 0.1; // the share of the slide that a preview must have
const ITEMS = "h1, h2, h3, p, ul, ol, .highlight, .output_text pre, table, blockquote, math[display=block], .toy, .figure";

const all = (root, selector) => [...root.querySelectorAll(selector)].filter(e => !e.closest("aside") && !e.parentElement.closest(".toy"));
const items = page => all(page, ITEMS).filter(item => !item.parentElement.closest(ITEMS));
const is = (page, tag) => page.querySelector(`.celltag_${tag}`);

/* Write the page so: type of this size; from its item number `from` on, all stands in a column of this width (0: there is
   none). Returns the height that it needs without its figures, and where the column begins. */
function write(page, {type, column, from}) {
    page.style.setProperty("--type", type);
    page.style.setProperty("--column", `${column}px`);
    page.classList.toggle("columns", column > 0);
    page.classList.toggle("below", column > 0 && from > 0);
    page.classList.add("measured");
    const texts = items(page), fits = [];
    let first = true;
    texts.forEach((item, number) => {
        const beside = column > 0 && number >= from, room = beside ? column : WIDTH - 2 * SIDE;
        item.classList.toggle("beside", beside);
        item.classList.toggle("first", beside && first && !item.matches(".figure"));
        first &&= !item.matches(".first");
        if (item.widest) {
            const [normal, least] = item.matches("table") ? [25, Math.max(22, Math.min(25, 25 * type))] : [20, 20];
            const size = Math.max(least, Math.min(normal * type, (room - 2) / item.widest));
            item.style.fontSize = `${size}px`;
            fits.push(beside ? size * item.widest <= room + 1 : item.offsetWidth <= room + 1);
        }
    });
    fits.push(...all(page, "h1, h2, h3, .highlight pre, p, math").map(e => e.scrollWidth <= e.clientWidth + 1 || !e.clientWidth));
    const last = texts[from - 1];
    const result = {height: fits.every(Boolean) ? page.offsetHeight : Infinity, top: last ? last.offsetTop + last.offsetHeight : EDGE - 12};
    page.classList.remove("measured");
    return result;
}

/* The box that a picture fills in a frame. */
function inside({naturalWidth, naturalHeight}, left, top, width, height) {
    const scale = Math.min(width / naturalWidth, height / naturalHeight);
    const box = {width: naturalWidth * scale, height: naturalHeight * scale, scale};
    return {...box, left: left + (width - box.width) / 2, top: top + (height - box.height) / 2, area: box.width * box.height / WIDTH / HEIGHT};
}

/* The boxes of the page's pictures when it is written so; null if it does not fit. */
function boxes(page, plan) {
    const {height, top} = write(page, plan), pictures = all(page, ".figure img");
    if (height > HEIGHT) return null;
    const left = plan.column ? SIDE + plan.column + EDGE : EDGE, free = plan.column ? HEIGHT - FOOT - top - 12 : HEIGHT - height - 8;
    const found = pictures.map(picture => inside(picture, left, top + 12, WIDTH - EDGE - left, free / pictures.length));
    const clear = page.querySelector(".preview") ? box => box.area > PREVIEW : box => box.scale > SHARPEST;
    return found.every(clear) ? found : null;
}

const area = found => found.reduce((sum, box) => sum + box.area, 0);

/* Lay out one page as well as it can be; returns its plan with the area of its figures, as a share of the slide. */
function fit(page) {
    const texts = items(page), figures = texts.filter(item => item.matches(".figure")), plans = [{column: 0, from: 0}];
    if (figures.length === 1 && texts.length > 2 && !is(page, "rows")) {
        const starts = new Set([0, 1, texts.indexOf(figures[0])].filter(from => from < texts.length - 1));
        for (const from of starts) plans.push(...COLUMNS.map(column => ({column, from})));
        if (is(page, "columns")) plans.shift();
    }
    let best = {type: TYPES.at(-1), ...plans[0], area: -1};
    for (const type of figures.length ? TYPES.filter(type => type <= READING) : TYPES) {
        for (const plan of plans) {
            const room = WIDTH - SIDE - plan.column - 2 * EDGE; // no need to measure what cannot be larger
            if (plan.column && inside(figures[0].firstChild, 0, 0, room, HEIGHT).area < best.area + 0.01) continue;
            const found = boxes(page, {...plan, type});
            if (found && area(found) >= best.area + 0.01) best = {...plan, type, area: area(found)};
        }
        if (best.area >= 0) break;
    }
    for (const type of TYPES.filter(type => figures.length && type > best.type)) { // if it costs the figure nothing
        const found = boxes(page, {...best, type});
        if (!found || area(found) < best.area - 0.01) continue;
        best = {...best, type};
        break;
    }
    (boxes(page, best) ?? []).forEach((box, number) => {
        const {width, height} = box, [left, top] = best.column ? [box.left, box.top] : [];
        for (const [name, value] of Object.entries({width, height, left, top}))
            figures[number].style[name] = value === undefined ? "" : `${value}px`;
    });
    return best;
}

/* The share of the page's height where nothing stands. */
function empty(page) {
    let covered = 0, end = -Infinity;
    for (const {top, bottom} of items(page).map(item => item.getBoundingClientRect()).sort((a, b) => a.top - b.top)) {
        covered += Math.max(0, bottom - Math.max(top, end));
        end = Math.max(end, bottom);
    }
    return 1 - covered / HEIGHT;
}

/* Let `next` join `page` if that is good for both: did it? */
function joined(page, next) {
    if (!next?.matches("[data-goes-on]") || is(next, "own-page") || next.querySelector(".toy")) return false;
    const [pictured, pictures] = [page, next].map(one => one.querySelector(".figure"));
    const largest = Math.max(fit(page).area, fit(next).area), share = empty(page) > EMPTY && pictures ? 0.4 : 0.7;
    if ((pictured && pictures) || (!pictures && empty(page) < EMPTY && empty(next) < EMPTY)) return false;
    const content = [...next.children].slice(1), step = document.createElement("div"); // without the repeated title
    const later = content.findIndex(child => child.matches(".fragment"));
    step.className = "fragment";
    step.append(...content.slice(0, later < 0 ? content.length : later));
    page.append(...(step.firstChild ? [step] : []), ...content.filter(child => child.parentElement === next));
    const together = fit(page);
    if (together.area >= share * largest && together.type >= JOINING) {
        page.dataset.joined = 1 + Number(page.dataset.joined || 0);
        next.remove();
        return true;
    }
    next.append(...content);
    step.remove();
    return false;
}

async function layout() {
    const root = document.querySelector(".reveal");
    const fonts = ["29px Source Sans Pro", "600 29px Source Sans Pro", "italic 29px Source Sans Pro", "20px DejaVu Sans Mono"];
    await Promise.all(fonts.map(font => document.fonts.load(font)));
    await Promise.all(all(root, "img").map(image => image.decode().catch(() => 0)));
    root.classList.add("fitting");
    for (const image of all(root, "img")) {
        const figure = document.createElement("div");
        figure.className = "figure";
        image.replaceWith(figure);
        figure.append(image);
    }
    for (const item of all(root, ".highlight, .output_text pre, table")) {
        item.style.width = "max-content";
        item.widest = item.offsetWidth / parseFloat(getComputedStyle(item).fontSize); // its longest line, in its own type
        item.style.width = "";
    }
    for (const page of root.querySelectorAll(".page")) {
        while (page.isConnected && joined(page, page.nextElementSibling));
        if (page.isConnected) fit(page);
    }
    for (const figure of root.querySelectorAll(".celltag_opener .figure, .celltag_cover .figure"))
        await preview(figure, figure.closest(".celltag_cover") ? root : figure.closest(".page").parentElement);
    root.classList.remove("fitting");
    document.querySelectorAll(".celltag_build .figure").forEach(build);
}

/* A copy of the figure on the first page of `part`, if that has no figure yet and leaves room for one. */
async function preview(figure, part) {
    const page = part.querySelector(".page"), copy = figure.cloneNode(true);
    if (page.querySelector(".figure, .toy")) return;
    copy.classList.add("preview");
    copy.removeAttribute("style");
    page.append(copy);
    await copy.firstChild.decode();
    if (fit(page).area > 0) return;
    copy.remove();
    fit(page);
}

/* Cover all panels of a figure but the first; each step takes a cover away. Panels lie side by side, with blank between. */
function build(figure) {
    const image = figure.firstChild, {naturalWidth: width, naturalHeight: height} = image;
    const context = Object.assign(document.createElement("canvas"), {width, height}).getContext("2d");
    context.drawImage(image, 0, 0);
    const blank = x => context.getImageData(x, 0, 1, height).data.every(value => value > 245), cuts = [];
    for (let x = 0, start = null; x < width; x++) {
        if (blank(x)) start ??= x;
        else {
            if (start && x - start > width / 200) cuts.push((start + x) / 2 / width);
            start = null;
        }
    }
    cuts.forEach((cut, number) => {
        const cover = document.createElement("span");
        cover.className = "veil fragment fade-out";
        cover.style.left = `${100 * cut}%`;
        cover.style.width = `${100 * ((cuts[number + 1] ?? 1) - cut)}%`;
        figure.append(cover);
    });
}

const shown = figure => !figure.closest(".fragment:not(.visible)");

/* `Z`, or a click on a figure: it fills the slide, and again: it is back. */
function zoom(figure) {
    const large = document.querySelector(".large");
    large?.classList.remove("large");
    if (figure !== large) figure?.classList.add("large");
}

/* `T` changes between light and dark. */
async function start(settings) {
    await layout();
    await Reveal.initialize(settings);
    Reveal.addKeyBinding({keyCode: 84, key: "T", description: "Light or dark"}, () => {
        const {dataset} = document.documentElement;
        dataset.theme = dataset.theme === "dark" ? "light" : "dark";
    });
    Reveal.addKeyBinding({keyCode: 90, key: "Z", description: "Enlarge the figure"}, () =>
        zoom(document.querySelector(".large") ?? [...Reveal.getCurrentSlide().querySelectorAll(".figure")].find(shown)));
    document.querySelectorAll(".figure").forEach(figure => figure.addEventListener("click", () => zoom(figure)));
    Reveal.on("slidechanged", () => zoom(null));
}
