// What the site does by script: light or dark, the contents of a lesson on a phone, and the search.

// Light or dark is the system's until the button says otherwise; that is remembered until it says the same again.
const system = matchMedia("(prefers-color-scheme: dark)");
const root = document.documentElement;
const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);

function remembered() {
  try {
    return localStorage.getItem("theme"); // a browser may forbid it
  } catch {
    return null;
  }
}

function remember(theme) {
  try {
    if (theme) localStorage.setItem("theme", theme);
    else localStorage.removeItem("theme");
  } catch {}
}

function paint(theme) {
  if (theme) root.dataset.theme = theme;
  else delete root.dataset.theme;
}

paint(remembered()); // before the page is drawn

document.addEventListener("DOMContentLoaded", () => {
  const button = document.getElementById("theme");
  const say = () => button.setAttribute("aria-pressed", isDark());
  button.addEventListener("click", () => {
    const dark = !isDark();
    const theme = dark === system.matches ? null : dark ? "dark" : "light";
    paint(theme);
    remember(theme);
    say();
  });
  system.addEventListener("change", say);
  say();

  const contents = document.querySelector(".contents");
  if (contents && matchMedia("(width < 1100px)").matches) contents.open = false;

  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target.closest("input, .toy")) return;
    event.preventDefault();
    document.querySelector("[role=search] input").focus();
  });

  const results = document.getElementById("results");
  if (results) search(results);
});

// The search: all words must be in a section, in any order; a heading counts more than the text.
function search(results) {
  const field = document.querySelector("main [name=q]");
  const count = document.getElementById("count");
  const say = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = words.length ? SECTIONS.map((section) => [worth(section, words), section]).filter(([score]) => score) : [];
    found.sort(([a], [b]) => b - a);
    results.replaceChildren(...found.slice(0, 60).map(([, section]) => result(section, words)));
    const amount = found.length === 1 ? "1 section" : `${found.length} sections`;
    count.textContent = !words.length ? "Type a word." : found.length ? `${amount}.` : "No section has all these words.";
  };
  field.value = new URLSearchParams(location.search).get("q") ?? "";
  field.addEventListener("input", () => {
    history.replaceState(null, "", `?q=${encodeURIComponent(field.value)}`);
    say();
  });
  field.form.addEventListener("submit", (event) => event.preventDefault());
  say();
}

function worth([, , heading, text], words) {
  const [head, body] = [heading.toLowerCase(), text.toLowerCase()];
  let sum = 0;
  for (const word of words) {
    const times = Math.min(body.split(word).length - 1, 5);
    if (!times && !head.includes(word)) return 0;
    sum += times + (head.includes(word) ? 10 : 0);
  }
  return sum;
}

// A section in the list: its lesson, its heading and the words around the first hit.
function result([lesson, anchor, heading, text], words) {
  const [page, title] = LESSONS[lesson];
  const lower = text.toLowerCase();
  const place = Math.max(0, Math.min(...words.map((word) => lower.indexOf(word)).filter((at) => at >= 0), text.length));
  const from = place < text.length ? text.lastIndexOf(" ", Math.max(0, place - 90)) + 1 : 0;
  const piece = text.slice(from, from + 260);
  const item = document.createElement("li");
  const link = Object.assign(document.createElement("a"), { href: `${page}#${anchor}` });
  link.append(...marked(heading, words));
  const lessonName = Object.assign(document.createElement("small"), { textContent: title });
  const around = document.createElement("p");
  around.append(from ? "… " : "", ...marked(piece, words), from + 260 < text.length ? " …" : "");
  item.append(lessonName, link, around);
  return item;
}

// Text with the words marked
function marked(text, words) {
  const any = new RegExp(`(${words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")})`, "i");
  return text.split(any).map((part, number) => {
    if (number % 2 === 0) return part;
    return Object.assign(document.createElement("mark"), { textContent: part });
  });
}
