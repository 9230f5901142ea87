// What the pages can do better with a script: drop and paste, preview, the slider, lit frames, watching a work.
"use strict";
document.documentElement.classList.add("script");

function photoForm(form) {
  const input = form.querySelector("input[type=file]"), drop = form.querySelector(".drop");
  const preview = form.querySelector(".preview"), note = form.querySelector(".problem");
  const mostBytes = Number(document.body.dataset.mostBytes);

  function problem() {
    const file = input.files[0];
    if (!file) return "Choose a photo first, or take one of those below.";
    if (file.size > mostBytes) return `This file has ${(file.size / 1e6).toFixed(1)} MB; at most ${mostBytes / 1e6} MB, please.`;
    return "";
  }
  function chosen() {
    note.textContent = problem();
    URL.revokeObjectURL(preview.src);
    preview.hidden = Boolean(note.textContent);
    if (!preview.hidden) preview.src = URL.createObjectURL(input.files[0]);
  }
  function take(files) {
    if (files.length) { input.files = files; chosen(); }
  }
  preview.addEventListener("error", () => { preview.hidden = true; });
  input.addEventListener("change", chosen);
  form.addEventListener("submit", event => {
    if (event.submitter && event.submitter.name === "example") { input.disabled = true; return; }
    note.textContent = problem();
    if (note.textContent) event.preventDefault();
  });
  window.addEventListener("pageshow", () => { input.disabled = false; });
  for (const kind of ["dragover", "dragleave", "drop"])
    window.addEventListener(kind, event => {
      event.preventDefault();
      drop.classList.toggle("over", kind === "dragover");
      if (kind === "drop") take(event.dataTransfer.files);
    });
  window.addEventListener("paste", event => take(event.clipboardData.files));
}

function slider(box) {
  const range = box.querySelector("input"), photo = box.querySelector(".before img");
  function show() {
    box.style.setProperty("--at", `${range.value}%`);
    range.setAttribute("aria-valuetext", `${100 - range.value} % of it after`);
  }
  function point(event) {
    const place = photo.getBoundingClientRect();
    if (!event.buttons || event.target === range || event.clientY > place.bottom) return;
    range.value = 100 * (event.clientX - place.left) / place.width;
    event.preventDefault();
    show();
  }
  box.classList.add("stacked");
  new ResizeObserver(() => box.style.setProperty("--tall", `${photo.clientHeight}px`)).observe(photo);
  range.addEventListener("input", show);
  box.addEventListener("pointerdown", point);
  box.addEventListener("pointermove", point);
  for (const image of box.querySelectorAll("img")) image.draggable = false;
  show();
}

function lineLink(link) {
  const frame = document.getElementById(link.dataset.frame);
  const light = on => { frame.classList.toggle("lit", on); link.classList.toggle("lit", on); };
  for (const kind of ["mouseenter", "focus"]) link.addEventListener(kind, () => light(true));
  for (const kind of ["mouseleave", "blur"]) link.addEventListener(kind, () => light(false));
  frame.addEventListener("mouseenter", () => light(true));
  frame.addEventListener("mouseleave", () => light(false));
}

async function watch(section) {
  const say = section.querySelector("[role=status]"), bar = section.querySelector("progress");
  for (;;) {
    await new Promise(done => setTimeout(done, 500));
    let answer;
    try {
      const reply = await fetch(section.dataset.state);
      if (reply.status === 404) return location.reload(); // begun before the server was
      answer = await reply.json();
    } catch {
      say.textContent = "The server does not answer. This page asks again.";
      continue;
    }
    if (!["waiting", "running"].includes(answer.state)) return location.reload();
    const text = answer.before ? `Waiting: ${answer.before} before yours.` : "Working on it …";
    if (say.textContent !== text) say.textContent = text;
    if (answer.done !== null) bar.value = answer.done;
  }
}

document.querySelectorAll("form.ask:has(input[type=file])").forEach(photoForm);
document.querySelectorAll(".compare").forEach(slider);
document.querySelectorAll("[data-frame]").forEach(lineLink);
document.querySelectorAll("[data-state]").forEach(watch);
