// Read: a page with its numbers at their places, and a table beside it.

import { Refusal, ask, hand } from "./api.js";
import { sureness } from "./answer.js";
import { decoded, paint, takeFiles } from "./pictures.js";

const at = (id) => document.getElementById(id);

const COLUMNS = ["file", "page", "row", "text", "probability", "accepted", "reason"];
const DOUBTS = { blank: "blank", "not-a-digit": "not a digit", "not-on-list": "not on the list", uncertain: "not sure enough" };
const LINE = 0.0022; // of the page's width
const SMALLEST = 11; // pixels of the screen that writing takes

let asked = new AbortController();
let numbers = [];
let shown = []; // canvases, as read, and what is on them
let chosen = null;

export function startReading() {
  takeFiles(at("read"), at("page-sheet"), read);
  at("length").addEventListener("input", (event) => { event.target.value = event.target.value.replace(/[^0-9]/g, ""); });
  at("numbers-csv").addEventListener("click", () => hand(new Blob([asCsv(numbers)], { type: "text/csv" }), "numbers.csv"));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
}

async function read(file) {
  asked.abort();
  asked = new AbortController();
  const { signal } = asked;
  const form = new FormData();
  form.append("page", file, file.name ?? "page.png");
  if (at("length").value) form.append("digits", at("length").value);
  tell("waiting", "Reading…");
  at("read").setAttribute("aria-busy", "true");
  try {
    const answer = await (await ask("v1/numbers?pictures=true", { method: "POST", body: form, signal })).json();
    const pages = await Promise.all(answer.pages.map(open));
    if (signal.aborted) return;
    show(file.name, answer.numbers, pages);
  } catch (error) {
    if (error.name === "AbortError") return;
    tell("refused", error instanceof Refusal ? error.message : "The page could not be shown.");
    at("result").hidden = true;
    if (!(error instanceof Refusal)) throw error;
  } finally {
    if (!signal.aborted) at("read").removeAttribute("aria-busy");
  }
}

async function open({ page, picture }) {
  const plain = document.createElement("canvas");
  await paint(plain, decoded(picture, "image/jpeg"));
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: plain.width, height: plain.height });
  canvas.setAttribute("role", "img");
  canvas.addEventListener("click", (event) => choose(under(canvas, page, event)));
  return { page, plain, canvas };
}

function show(name, found, pages) {
  numbers = found;
  shown = pages;
  chosen = null;
  at("pages").replaceChildren(...pages.map(({ canvas }) => canvas));
  for (const { canvas, page } of pages) {
    const count = found.filter((number) => number.page === page).length;
    canvas.setAttribute("aria-label", `Page ${page}: ${count} numbers, which the table lists`);
  }
  at("rows").replaceChildren(...found.map(row));
  at("result").classList.toggle("single", pages.length === 1);
  at("result").hidden = false;
  tell("read", summary(name, found));
  draw();
}

function summary(name, found) {
  const where = name ? ` on ${name}` : "";
  if (found.length === 0) return `No numbers were found${where}.`;
  const doubted = found.filter(({ accepted, reason }) => !accepted && reason !== "blank").length;
  const count = found.length === 1 ? "One number" : `${found.length} numbers`;
  return `${count}${where}; ${doubted === 0 ? "none" : doubted} to look at.`;
}

function tell(state, words) {
  at("told").dataset.state = state;
  at("told").textContent = words;
}

function row(number) {
  const line = document.createElement("tr");
  const cell = (text, kind = "td") => Object.assign(document.createElement(kind), { textContent: text });
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: number.reason === "blank" ? "–" : number.text.replaceAll("_", "·") });
  button.setAttribute("aria-pressed", "false");
  if (number.reason === "blank") button.setAttribute("aria-label", "Nothing written");
  else if (number.text.includes("_")) button.setAttribute("aria-label", number.text.replaceAll("_", " empty "));
  button.addEventListener("click", () => choose(number));
  button.addEventListener("focus", () => choose(number));
  const text = cell("");
  text.append(button);
  line.classList.toggle("doubted", !number.accepted);
  line.append(cell(number.page), text, cell(number.accepted ? sureness(number.probability) : DOUBTS[number.reason]));
  return line;
}

function choose(number) {
  chosen = number ?? null;
  [...at("rows").children].forEach((line, index) => {
    const here = numbers[index] === chosen;
    line.classList.toggle("chosen", here);
    line.querySelector("button").setAttribute("aria-pressed", here);
    if (here) line.scrollIntoView({ block: "nearest" });
  });
  draw();
}

function under(canvas, page, event) {
  const x = (event.offsetX / canvas.clientWidth) * canvas.width;
  const y = (event.offsetY / canvas.clientHeight) * canvas.height;
  const pen = canvas.getContext("2d");
  return numbers.find((number) => number.page === page && pen.isPointInPath(outline(number.quad), x, y));
}

function outline(quad) {
  const path = new Path2D();
  quad.forEach(([x, y], index) => (index === 0 ? path.moveTo(x, y) : path.lineTo(x, y)));
  path.closePath();
  return path;
}

// The page is paper in light and in dark, so its marks are the colours of the light page.
function draw() {
  const style = getComputedStyle(at("pages"));
  for (const { page, plain, canvas } of shown) {
    const pen = canvas.getContext("2d");
    const thin = Math.max(1.5, LINE * canvas.width);
    pen.drawImage(plain, 0, 0);
    for (const number of numbers.filter((each) => each.page === page)) {
      const path = outline(number.quad);
      pen.strokeStyle = pen.fillStyle = style.getPropertyValue(number.accepted ? "--sure" : "--unsure");
      pen.lineWidth = number === chosen ? 2.5 * thin : thin;
      pen.setLineDash(number.accepted ? [] : [5 * thin, 3 * thin]); // not by colour alone
      pen.globalAlpha = number === chosen ? 0.16 : 0.06;
      pen.fill(path);
      pen.globalAlpha = 1;
      pen.stroke(path);
      if (number.reason !== "blank") write(pen, number, style.getPropertyValue("--label"));
    }
  }
}

// What was read stands under its place, on a strip of paper where there is something already.
function write(pen, { quad, text }, font) {
  const [left, right] = [quad[3], quad[2]];
  const tall = Math.hypot(quad[3][0] - quad[0][0], quad[3][1] - quad[0][1]);
  const size = Math.min(Math.max(0.42 * tall, SMALLEST * pen.canvas.width / pen.canvas.clientWidth), 0.8 * tall);
  pen.save();
  pen.translate(...left);
  pen.rotate(Math.atan2(right[1] - left[1], right[0] - left[0]));
  pen.font = `${size}px ${font}`;
  pen.textBaseline = "top";
  const words = text.replaceAll("_", "·");
  const colour = pen.fillStyle;
  pen.fillStyle = "rgb(255 255 255 / 80%)";
  pen.fillRect(0, 0.2 * size, pen.measureText(words).width + 0.3 * size, 1.05 * size);
  pen.fillStyle = colour;
  pen.fillText(words, 0.15 * size, 0.24 * size);
  pen.restore();
}

// A cell that a table would take for a formula is kept from being one.
function asCsv(found) {
  const cell = (value) => {
    const text = typeof value === "string" ? value.replace(/^[=+\-@\t\r]/, "'$&") : String(value ?? "");
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [COLUMNS, ...found.map((number) => COLUMNS.map((name) => number[name]))].map((line) => line.map(cell).join(",")).join("\n") + "\n";
}
