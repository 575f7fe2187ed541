// The fields of a form: drawn over its page, named and typed in a list beside it.

const at = (id) => document.getElementById(id);

const LEAST = [0.012, 0.006]; // least width and height of a field that is drawn, as shares of the page's
const STEP = 0.002; // by which an arrow key moves a field, likewise
const ROUND = 1e4;

export let fields = []; // as the form's table has them
let chosen = null;
let told = () => {};
let drawing = false; // whether a touch draws, rather than scrolls

const regions = new Map(); // by field: its mark on the page
const lines = new Map(); // by field: its line in the list

// `changed` is called when a person changes something.
export function startFields(changed) {
  told = changed;
  const sheet = at("form-page");
  sheet.addEventListener("pointerdown", (event) => {
    if (event.button || (event.pointerType === "touch" && !drawing && event.target === at("form-canvas"))) return;
    const mark = event.target.closest(".region");
    const field = [...regions].find(([, each]) => each === mark)?.[0];
    if (field) drag(event, field, event.target.matches(".handle") ? resized : moved);
    else draw(event);
  });
  at("draw-field").addEventListener("click", () => arm(!drawing));
}

function arm(on) {
  drawing = on;
  at("draw-field").setAttribute("aria-pressed", on);
  at("form-page").classList.toggle("armed", on);
}

export function showFields(given) {
  fields = given;
  chosen = null;
  regions.clear();
  lines.clear();
  at("form-page").replaceChildren(at("form-canvas"));
  at("form-fields").replaceChildren();
  for (const field of fields) show(field);
}

function show(field) {
  const mark = Object.assign(document.createElement("button"), { type: "button", className: "region" });
  const label = document.createElement("span");
  const handle = Object.assign(document.createElement("i"), { className: "handle" });
  mark.append(label, handle);
  mark.addEventListener("focus", () => choose(field));
  mark.addEventListener("keydown", (event) => byKey(event, field));
  regions.set(field, mark);
  at("form-page").append(mark);
  const line = lineOf(field);
  lines.set(field, line);
  at("form-fields").append(line);
  place(field);
}

function place(field) {
  const [left, top, right, bottom] = field.region;
  const mark = regions.get(field);
  Object.assign(mark.style, { left: `${100 * left}%`, top: `${100 * top}%`, width: `${100 * (right - left)}%`, height: `${100 * (bottom - top)}%` });
  mark.firstChild.textContent = field.name;
  mark.setAttribute("aria-label", `Field ${field.name}; arrow keys move it, with Shift they resize it, Delete removes it`);
}

function choose(field) {
  chosen = field;
  for (const [each, mark] of regions) mark.classList.toggle("chosen", each === field);
  for (const [each, line] of lines) line.classList.toggle("chosen", each === field);
  if (field && lines.get(field).offsetParent) lines.get(field).scrollIntoView({ block: "nearest" });
}

// A new field where somebody draws, from corner to corner.
function draw(event) {
  const field = { name: unused(), region: [0, 0, 0, 0], kind: fields.some(({ kind }) => kind === "boxes") ? "boxes" : "free" };
  const from = shares(event);
  field.region = [...from, ...from];
  fields.push(field);
  show(field);
  drag(event, field, (_, start, now) => [Math.min(start[0], now[0]), Math.min(start[1], now[1]), Math.max(start[0], now[0]), Math.max(start[1], now[1])], () => {
    const [left, top, right, bottom] = field.region;
    arm(false);
    if (right - left < LEAST[0] || bottom - top < LEAST[1]) return forget(field); // a click, not a field
    lines.get(field).querySelector("input").select();
    told();
  });
}

const moved = ([left, top, right, bottom], start, now) => {
  const by = [now[0] - start[0], now[1] - start[1]];
  const x = Math.min(Math.max(by[0], -left), 1 - right);
  const y = Math.min(Math.max(by[1], -top), 1 - bottom);
  return [left + x, top + y, right + x, bottom + y];
};

const resized = ([left, top], _, now) => [left, top, Math.max(left + LEAST[0], now[0]), Math.max(top + LEAST[1], now[1])];

function drag(event, field, change, end = told) {
  event.preventDefault();
  const sheet = at("form-page");
  const [start, before] = [shares(event), field.region];
  choose(field);
  regions.get(field).focus({ preventScroll: true });
  sheet.setPointerCapture(event.pointerId);
  const move = (each) => {
    field.region = change(before, start, shares(each)).map((share) => Math.round(share * ROUND) / ROUND);
    place(field);
  };
  sheet.addEventListener("pointermove", move);
  const stop = () => {
    sheet.removeEventListener("pointermove", move);
    sheet.removeEventListener("pointercancel", stop);
    sheet.removeEventListener("pointerup", stop);
    if (end !== told || String(field.region) !== String(before)) end();
  };
  sheet.addEventListener("pointerup", stop);
  sheet.addEventListener("pointercancel", stop);
}

// A place on the page, as shares of its width and height.
function shares({ clientX, clientY }) {
  const box = at("form-canvas").getBoundingClientRect();
  return [(clientX - box.left) / box.width, (clientY - box.top) / box.height].map((share) => Math.min(Math.max(share, 0), 1));
}

function byKey(event, field) {
  const by = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] }[event.key];
  if (event.key === "Delete") remove(field);
  else if (by) {
    const [, , right, bottom] = field.region;
    field.region = (event.shiftKey ? resized(field.region, null, [Math.min(1, right + by[0]), Math.min(1, bottom + by[1])]) : moved(field.region, [0, 0], by))
      .map((share) => Math.round(share * ROUND) / ROUND);
    place(field);
  } else return;
  event.preventDefault();
  told();
}

function remove(field) {
  forget(field);
  told();
}

function forget(field) {
  fields = fields.filter((each) => each !== field);
  regions.get(field).remove();
  lines.get(field).remove();
  regions.delete(field);
  lines.delete(field);
  if (chosen === field) choose(null);
}

function unused() {
  const names = new Set(fields.map(({ name }) => name));
  for (let number = fields.length + 1; ; number++) if (!names.has(`field${number}`)) return `field${number}`;
}

// A field's line: what it is called, how it is written, how many digits it has, what it means.
function lineOf(field) {
  const line = document.createElement("li");
  const input = (label, value, more, take) => {
    const made = Object.assign(document.createElement("input"), { value, autocomplete: "off", ...more });
    made.setAttribute("aria-label", label);
    made.addEventListener("change", () => { take(made.value.trim(), made); place(field); told(); });
    made.addEventListener("focus", () => choose(field));
    return made;
  };
  const name = input("Name of the field", field.name, { className: "name-of", maxLength: 60 }, (text, made) => { field.name = text || field.name; made.value = field.name; });
  const digits = input("How many digits", field.digits ?? "", { inputMode: "numeric", maxLength: 2, placeholder: "digits" }, (text, made) => {
    const count = /^[1-9][0-9]?$/.test(text) ? Number(text) : null;
    if (count) field.digits = count; else delete field.digits;
    made.value = count ?? "";
  });
  const type = input("Type of the field", field.type ?? "", { placeholder: "any type", maxLength: 200 }, (text) => { if (text) field.type = text; else delete field.type; });
  type.setAttribute("list", "types");
  const kind = document.createElement("select");
  kind.setAttribute("aria-label", "How it is written");
  for (const [value, words] of [["boxes", "in boxes"], ["free", "free"]]) kind.append(new Option(words, value, false, value === field.kind));
  kind.addEventListener("change", () => { field.kind = kind.value; told(); });
  const off = Object.assign(document.createElement("button"), { type: "button", textContent: "Remove" });
  off.setAttribute("aria-label", `Remove ${field.name}`);
  off.addEventListener("click", () => remove(field));
  const read = Object.assign(document.createElement("p"), { className: "tried" });
  line.append(name, off, kind, digits, type, read);
  return line;
}

// Shows beside a field what was read in it: its picture, the text, how sure that is.
export function showTried(name, picture, text, words, doubted) {
  const field = fields.find((each) => each.name === name);
  if (!field) return;
  const place = lines.get(field).querySelector(".tried");
  place.replaceChildren(...(picture ? [picture] : []), Object.assign(document.createElement("b"), { textContent: text }), words);
  place.classList.toggle("doubted", doubted);
}

export function forgetTried() {
  for (const line of lines.values()) line.querySelector(".tried").replaceChildren();
}
