// Review, many at once: what is alike side by side, each with what it was read as, all kept by one touch.

import { ask, tell } from "./api.js";
import { noun } from "./model.js";
import { paint } from "./pictures.js";

const at = (id) => document.getElementById(id);

const SHEET = 24; // how many are shown at once
const MOST_PUT_OFF = 200; // that the server can be told of
const OFFERED = 4; // readings of each that can be tapped

let sheet = []; // what is shown: the review, what is said of it, whether it is put off
let putOff = new Set(); // numbers of reviews to come to later
let next = null; // the sheet after it, which is fetched meanwhile
let tellCount = () => {};

// `counted` is told how many wait whenever that changes.
export function startMany(counted) {
  tellCount = counted;
  at("keep-many").addEventListener("click", () => tell(keep));
  at("later-many").addEventListener("click", () => tell(later));
  at("match").addEventListener("click", () => tell(match));
}

// Shows the first sheet; gives how many wait.
export async function openMany() {
  putOff = new Set();
  return show(await fetchSheet([]));
}

async function fetchSheet(without) {
  const query = new URLSearchParams([["most", SHEET], ...[...without].slice(-MOST_PUT_OFF).map((id) => ["without", id])]);
  const found = await (await ask(`v1/reviews/alike?${query}`)).json();
  const crops = found.reviews.map(({ id }) => ask(`v1/reviews/${id}/crop`).then((answer) => answer.blob()));
  return { ...found, crops: await Promise.all(crops) };
}

async function show({ left, reviews, crops }) {
  tellCount(left);
  if (reviews.length === 0 && putOff.size > 0 && left > 0) return openMany(); // those that were put off come again
  sheet = reviews.map((review) => ({ review, label: review.guess, later: review.guess === null }));
  at("many-left").textContent = left === 0 ? "None left" : `${left} left`;
  at("many").hidden = left === 0;
  at("empty").hidden = left > 0;
  const cards = await Promise.all(sheet.map((each, place) => card(each, crops[place])));
  at("cards").replaceChildren(...cards);
  count();
  at("keep-many").focus({ preventScroll: true }); // Enter keeps them
  next = reviews.length < SHEET ? null : fetchSheet([...putOff, ...reviews.map(({ id }) => id)]);
  next?.catch(() => {}); // who waits for it is told
  return left;
}

async function card(each, crop) {
  const { review } = each;
  const item = document.createElement("li");
  const picture = Object.assign(document.createElement("button"), { type: "button", className: "picture" });
  const canvas = document.createElement("canvas");
  await paint(canvas, crop);
  picture.append(canvas);
  item.append(picture);
  item.classList.toggle("wide", review.guess?.length > 1);
  if (review.duplicate_of !== null) item.append(Object.assign(document.createElement("small"), { textContent: `same picture as ${review.duplicate_of}` }));
  const texts = [...new Set([review.guess, ...review.alternatives.map(([text]) => text)])].filter(Boolean).slice(0, OFFERED);
  const readings = texts.map((text) => reading(each, text, texts, refresh));
  const other = Object.assign(document.createElement("input"), { className: "other", maxLength: 120, autocomplete: "off", placeholder: "other" });
  other.setAttribute("aria-label", `What else it is; one ${noun()} stands for the marked one, a dash alone says no ${noun()}`);
  other.addEventListener("input", () => {
    each.label = typed(other.value.trim(), review.guess, texts);
    each.later = each.label === null;
    refresh();
  });
  item.append(...readings, other);
  picture.addEventListener("click", () => { each.later = !each.later; refresh(); });
  function refresh() {
    item.classList.toggle("later", each.later);
    picture.setAttribute("aria-pressed", each.later);
    picture.setAttribute("aria-label", `${review.guess === null ? "Nothing was read" : `Read as ${review.guess}`}; ${each.later ? "put off" : "press to put it off"}`);
    readings.forEach((button, place) => button.setAttribute("aria-pressed", !each.later && texts[place] === each.label));
    count();
  }
  refresh();
  return item;
}

// What was typed: a dash alone says that it is no digit, any other sign alone stands for the one that is marked.
function typed(text, guess, texts) {
  if (/^[-–]$/.test(text)) return "_";
  const [place] = text.length === 1 && guess?.length > 1 ? marked(guess, texts) : [];
  return place === undefined ? text || guess : guess.slice(0, place) + text + guess.slice(place + 1);
}

// The places at which a reading differs from the first of the others of its length.
function marked(text, texts) {
  const beside = texts.find((other) => other !== text && other.length === text.length);
  return beside ? [...text].map((sign, place) => (sign === beside[place] ? -1 : place)).filter((place) => place >= 0) : [];
}

// A reading to tap, the signs marked in which it differs from the first of the others.
function reading(each, text, texts, refresh) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "reading" });
  const places = text.length > 1 ? marked(text, texts) : [];
  button.append(...[...text].map((sign, place) => {
    const shown = sign === "_" ? "·" : sign;
    return places.includes(place) ? Object.assign(document.createElement("mark"), { textContent: shown }) : shown;
  }));
  button.setAttribute("aria-label", `It is ${text.replaceAll("_", " empty ")}`);
  button.addEventListener("click", () => {
    Object.assign(each, { label: text, later: false });
    refresh();
  });
  return button;
}

function count() {
  const kept = sheet.filter(({ later }) => !later).length;
  at("keep-many").disabled = kept === 0;
  at("keep-many").textContent = kept === 1 ? "Keep this one" : `Keep these ${kept}`;
}

async function keep() {
  const decisions = sheet.filter(({ later }) => !later).map(({ review, label }) => ({ id: review.id, label }));
  const headers = { "content-type": "application/json" };
  await ask("v1/reviews", { method: "PUT", body: JSON.stringify({ decisions }), headers });
  for (const { review, later } of sheet) if (later) putOff.add(review.id);
  await turn(decisions.length);
}

async function later() {
  for (const { review } of sheet) putOff.add(review.id);
  await turn(0);
}

// The next sheet, which was counted before these were kept.
async function turn(kept) {
  const found = next ? await next : await fetchSheet(putOff);
  await show(next ? { ...found, left: found.left - kept } : found);
  scrollTo({ top: 0 });
}

async function match() {
  const known = at("match-list").value.split("\n").map((line) => line.trim()).filter(Boolean);
  if (known.length === 0) { at("match-list").focus(); return; }
  const headers = { "content-type": "application/json" };
  const answer = await (await ask("v1/reviews/matches", { method: "POST", body: JSON.stringify({ known }), headers })).json();
  const repeated = answer.repeated ? `; ${answer.repeated} of them are the same as another` : "";
  at("matched").textContent = `${answer.matched} of ${answer.numbers} numbers fit the list${repeated}.`;
  await openMany();
}
