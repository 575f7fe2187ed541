// What was found: each page with its numbers marked, and a table beside.

import { doubtInShort, plain, sureness } from "./answer.js";
import { decoded, paint } from "./pictures.js";

const at = (id) => document.getElementById(id);

const COLUMNS = ["file", "page", "row", "column", "text", "probability", "accepted", "reason"];
const FORM_COLUMNS = ["file", "page", "field", "text", "value", "probability", "accepted", "reason"]; // of pages read as a form
const LINE = 0.0022; // width of a mark's line, in widths of the page
const MARGIN = 0.5; // margin around a number that is cut out, in heights of the number
const SURE = 0.9; // least probability of a number that nobody has to look at
const DOUBTFUL = 0.6; // probability from which down a number is shown as doubtful as one that is not accepted
const INKED = 45; // how much darker than its paper, of 255, a pixel is printed or written
const FREE = 0.02; // largest share of such pixels in a place that a label may cover
const LONG = 6; // signs from which on a number that stands twice is told: shorter ones recur by chance
const SMALLEST = 11; // least height of writing on a page, in pixels of the screen

let sheets = []; // pages as read, each with its numbers
let chosen = null;
let tellChosen = () => {};
const lines = new Map(); // by number: its row of the table

export const found = () => sheets.flatMap(({ numbers }) => numbers);
export const isDoubted = ({ accepted, reason }) => !accepted && reason !== "blank";
export const isToLookAt = (number) => isDoubted(number) || (number.accepted && !number.reason && number.probability < SURE);

const isLong = ({ text, reason }) => text.length >= LONG && reason !== "blank";
export const repeated = () => [...Map.groupBy(found().filter(isLong), ({ text }) => text).values()].filter(({ length }) => length > 1).length;

// How doubtful a number is, 0 to 1: by how sure it is, and wholly where it is not accepted.
function doubtfulness(number) {
  if (number.reason === "corrected" || number.reason === "blank") return 0;
  return number.accepted ? Math.min(1, Math.max(0, (1 - number.probability) / (1 - DOUBTFUL))) : 1;
}

export const whenChosen = (act) => { tellChosen = act; };

export function forget() {
  sheets = [];
  choose(null);
  at("pages").replaceChildren();
  at("rows").replaceChildren();
  lines.clear();
}

// Shows the pages and numbers of one answer, below those that are shown already.
export async function append({ pages, numbers }) {
  const fresh = await Promise.all(pages.map(async ({ file, page, picture }) => {
    const own = document.createElement("canvas");
    await paint(own, decoded(picture, "image/jpeg"));
    const canvas = Object.assign(document.createElement("canvas"), { width: own.width, height: own.height });
    canvas.setAttribute("role", "img");
    return { file, page, own, grey: greyOf(own), canvas, numbers: numbers.filter((each) => each.file === file && each.page === page) };
  }));
  for (const sheet of fresh) {
    sheet.canvas.addEventListener("click", (event) => choose(under(sheet, event)));
    sheets.push(sheet);
  }
  arrange();
}

function arrange() {
  const files = new Set(sheets.map(({ file }) => file)).size;
  const named = found().some(({ field }) => field);
  at("result").classList.toggle("single", sheets.length === 1 && !named);
  at("column-place").textContent = named ? "Field" : files > 1 ? "File" : "Page";
  const times = Map.groupBy(found().filter(isLong), ({ text }) => text);
  for (const sheet of sheets) {
    const where = place(sheet, files);
    sheet.figure ??= figureOf(sheet);
    if (!sheet.figure.isConnected) at("pages").append(sheet.figure);
    sheet.figure.lastChild.hidden = sheets.length === 1;
    sheet.figure.lastChild.textContent = files > 1 ? where : `Page ${where}`;
    sheet.canvas.setAttribute("aria-label", `${files > 1 ? where : `Page ${where}`}: ${sheet.numbers.length} numbers, which the table lists`);
    for (const number of sheet.numbers) {
      if (!lines.has(number)) {
        lines.set(number, row(number));
        at("rows").append(lines.get(number)); // what is there already stays, with its focus
      }
      fill(lines.get(number), number, place(sheet, files, number), times.get(number.text)?.length ?? 1);
    }
  }
  draw();
}

function figureOf({ canvas }) {
  const figure = document.createElement("figure");
  figure.append(canvas, document.createElement("figcaption"));
  return figure;
}

function place({ file, page }, files, { field } = {}) {
  if (field) return sheets.length === 1 ? field : `${place({ file, page }, files)}, ${field}`;
  if (files === 1) return String(page);
  return sheets.filter((each) => each.file === file).length > 1 ? `${file}, ${page}` : file;
}

function row(number) {
  const line = document.createElement("tr");
  const button = Object.assign(document.createElement("button"), { type: "button" });
  button.setAttribute("aria-pressed", "false");
  button.addEventListener("click", () => choose(number));
  button.addEventListener("focus", () => choose(number));
  line.append(...Array.from({ length: 3 }, () => document.createElement("td")));
  line.children[1].append(button);
  return line;
}

function fill(line, number, where, times) {
  const [first, { firstChild: button }, last] = line.children;
  const blank = number.reason === "blank";
  button.textContent = blank ? "–" : plain(number);
  if (blank || number.text.includes("_")) button.setAttribute("aria-label", blank ? "Nothing written" : number.text.replaceAll("_", " empty "));
  else button.removeAttribute("aria-label");
  line.classList.toggle("doubted", !number.accepted);
  line.style.setProperty("--doubtful", `${Math.round(100 * doubtfulness(number))}%`);
  first.textContent = where;
  last.textContent = number.accepted && !number.reason ? sureness(number.probability) : doubtInShort(number.reason);
  if (times > 1) last.textContent += times === 2 ? " · twice" : ` · ${times} times`;
}

// What all pages together make of the numbers of some pages, which were decided one by one at first.
export function settle(numbers) {
  const first = found().length - numbers.length;
  found().slice(first).forEach((number, index) => Object.assign(number, numbers[index]));
  arrange();
}

function choose(number) {
  chosen = number ?? null;
  const numbers = found();
  [...at("rows").children].forEach((line, index) => {
    const here = numbers[index] === chosen;
    line.classList.toggle("chosen", here);
    line.querySelector("button").setAttribute("aria-pressed", here);
    if (here) line.scrollIntoView({ block: "nearest" });
  });
  draw();
  tellChosen(chosen);
}

// Replaces what was read by what a person says.
export function correct(number, text) {
  Object.assign(number, { text, accepted: true, reason: "corrected" });
  arrange();
  choose(number);
}

// Cuts a number out of its page, as a picture.
export function cutOut(number) {
  const { quad } = number;
  const { own } = sheets.find(({ numbers }) => numbers.includes(number));
  const [xs, ys] = [quad.map(([x]) => x), quad.map(([, y]) => y)];
  const margin = MARGIN * Math.hypot(quad[3][0] - quad[0][0], quad[3][1] - quad[0][1]);
  const [left, top] = [Math.max(0, Math.min(...xs) - margin), Math.max(0, Math.min(...ys) - margin)];
  const [width, height] = [Math.max(...xs) + margin - left, Math.max(...ys) + margin - top].map(Math.ceil);
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  canvas.getContext("2d").drawImage(own, -left, -top);
  return decoded(canvas.toDataURL("image/png").split(",")[1]);
}

function under({ canvas, numbers }, event) {
  const x = (event.offsetX / canvas.clientWidth) * canvas.width;
  const y = (event.offsetY / canvas.clientHeight) * canvas.height;
  const pen = canvas.getContext("2d");
  return numbers.find((number) => pen.isPointInPath(outline(number.quad), x, y));
}

function outline(quad) {
  const path = new Path2D();
  quad.forEach(([x, y], index) => (index === 0 ? path.moveTo(x, y) : path.lineTo(x, y)));
  path.closePath();
  return path;
}

// Pages are light paper even where the screen is dark, so marks on them have the colours for light.
export function draw() {
  const style = getComputedStyle(at("pages"));
  for (const { own, grey, canvas, numbers } of sheets) {
    const pen = canvas.getContext("2d");
    const thin = Math.max(1.5, LINE * canvas.width);
    pen.drawImage(own, 0, 0);
    for (const number of numbers) {
      const path = outline(number.quad);
      pen.strokeStyle = pen.fillStyle = style.getPropertyValue(isToLookAt(number) ? "--unsure" : "--sure");
      pen.lineWidth = number === chosen ? 2.5 * thin : thin;
      pen.setLineDash(isToLookAt(number) ? [5 * thin, 3 * thin] : []); // not by colour alone
      pen.globalAlpha = number === chosen ? 0.16 : 0.06;
      pen.fill(path);
      pen.globalAlpha = 1;
      pen.stroke(path);
      if (number.reason !== "blank") write(pen, number, grey, style.getPropertyValue("--label"));
    }
  }
}

// Writes what was read beside its place, where nothing is printed or written; where there is no room only if it is chosen.
function write(pen, number, grey, font) {
  const [topLeft, topRight, bottomRight, bottomLeft] = number.quad;
  const tall = Math.hypot(bottomLeft[0] - topLeft[0], bottomLeft[1] - topLeft[1]);
  const size = Math.min(Math.max(0.42 * tall, SMALLEST * pen.canvas.width / pen.canvas.clientWidth), 0.8 * tall);
  pen.save();
  pen.font = `${size}px ${font}`;
  pen.textBaseline = "top";
  const [wide, high] = [pen.measureText(plain(number)).width + 0.3 * size, 1.25 * size];
  const tilt = Math.atan2(bottomRight[1] - bottomLeft[1], bottomRight[0] - bottomLeft[0]);
  const [x, y] = [Math.cos(tilt), Math.sin(tilt)];
  const from = ([left, top], along, down) => [left + along * x - down * y, top + along * y + down * x];
  const spots = [from(bottomLeft, 0, 0.25 * size), from(topLeft, 0, -1.1 * high), from(topRight, 0.3 * size, (tall - high) / 2),
    from(topLeft, -wide - 0.3 * size, (tall - high) / 2)];
  const inked = spots.map((spot) => inkIn(grey, [from(spot, wide, 0), from(spot, wide, high), from(spot, 0, high), spot]));
  const free = inked.findIndex((share) => share <= FREE);
  if (free >= 0 || number === chosen) {
    pen.translate(...spots[free >= 0 ? free : inked.indexOf(Math.min(...inked))]);
    pen.rotate(tilt);
    const colour = pen.fillStyle;
    pen.fillStyle = "rgb(255 255 255 / 80%)";
    pen.fillRect(0, 0, wide, high);
    pen.fillStyle = colour;
    pen.fillText(plain(number), 0.15 * size, 0.15 * size);
  }
  pen.restore();
}

// A page in grey, to look for room on it.
function greyOf(canvas) {
  const { width, height, data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return { width, height, data: Uint8Array.from({ length: width * height }, (_, place) => data[4 * place + 1]) };
}

// The share of printed or written pixels within corners; all of it where they lie beyond the page.
function inkIn({ width, height, data }, corners) {
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)].map(Math.round);
  if (left < 0 || top < 0 || right > width || bottom > height) return 1;
  let paper = 0;
  for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) paper = Math.max(paper, data[y * width + x]);
  let inked = 0;
  for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) if (data[y * width + x] < paper - INKED) inked += 1;
  return inked / Math.max(1, (right - left) * (bottom - top));
}

// An apostrophe keeps a spreadsheet from running a cell as a formula; a negative number is none.
export function asCsv() {
  const cell = (value) => {
    const text = typeof value === "string" ? value.replace(/^(?!-[\d.,]+$)[=+\-@\t\r]/, "'$&") : String(value ?? "");
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const columns = found().some(({ field }) => field) ? FORM_COLUMNS : COLUMNS;
  const lines = found().map((number) => columns.map((name) => number[name]));
  return [columns, ...lines].map((line) => line.map(cell).join(",")).join("\n") + "\n";
}
