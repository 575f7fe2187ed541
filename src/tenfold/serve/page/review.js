// Review: one thing at a time, by keyboard alone.

import { ask, save, tell } from "./api.js";
import { doubtInWords, named, showCandidates, sureness } from "./answer.js";
import { model, noun, signsOfBoxes, signsOfLabels } from "./model.js";
import { showAudit } from "./audit.js";
import { showLearning, startLearning } from "./learning.js";
import { onlySigns, paint } from "./pictures.js";
import { openMany, startMany } from "./many.js";

const at = (id) => document.getElementById(id);

const AUDIT = "audit"; // the reason of what is shown again without what was read
const LEAST = 0.001; // least probability of a class that is offered
const WIDE = 1.6; // least width, in heights, of a crop that takes the whole width of the page

let queue = []; // reviews that were fetched, decided or not
let place = 0; // of the review that is shown
let left = 0;

export function startReviewing() {
  at("decide").addEventListener("submit", (event) => {
    event.preventDefault();
    tell(() => decide(typed()));
  });
  at("back").addEventListener("click", () => tell(() => go(-1)));
  at("later").addEventListener("click", () => tell(() => go(1)));
  at("none").addEventListener("click", () => tell(() => decide("_")));
  onlySigns(at("label"), () => (queue[place]?.guess?.includes("_") ? signsOfBoxes() : signsOfLabels()), true);
  at("label").addEventListener("keydown", (event) => {
    if (event.target.value) return;
    if (event.key === "ArrowRight") tell(() => go(1));
    if (event.key === "ArrowLeft") tell(() => go(-1));
  });
  at("csv").addEventListener("click", () => tell(() => save("v1/reviews/export.csv", "reviews.csv")));
  at("zip").addEventListener("click", () => tell(() => save("v1/reviews/export.zip", "reviews.zip")));
  startLearning();
  startMany((count) => { showCount(count); tell(showLearning); });
  for (const choice of document.querySelectorAll("input[name=way]")) choice.addEventListener("change", () => tell(openReview));
}

export async function openReview() {
  queue = [];
  place = 0;
  const many = document.querySelector("input[name=way]:checked").value === "many";
  at("many").hidden = !many;
  if (many) {
    at("queue").hidden = true;
    at("empty").hidden = await openMany() > 0;
    at("ways").hidden = false;
    await showLearning();
    return;
  }
  await fetchMore();
  at("ways").hidden = left < 2;
  await show();
  await showLearning();
  await showAudit();
}

export async function refreshCount() {
  const { left: count } = await (await ask("v1/reviews?most=1")).json();
  showCount(count);
}

function showCount(count) {
  left = count;
  at("waiting").hidden = count === 0;
  at("waiting").textContent = count;
}

async function fetchMore() {
  const last = queue.at(-1)?.id ?? 0;
  const more = await (await ask(`v1/reviews?after=${last}`)).json();
  queue.push(...more.reviews);
  showCount(more.left);
}

async function show() {
  const review = queue[place];
  at("queue").hidden = !review;
  at("empty").hidden = Boolean(review);
  if (!review) return;
  at("left").textContent = left === 0 ? "None left" : `${left} left`;
  at("guess").textContent = (review.guess ?? "–").replaceAll("_", "·");
  at("guess").style.setProperty("--signs", review.guess?.length ?? 1);
  at("doubt").textContent = doubt(review);
  at("source").textContent = [review.name, review.page > 1 && `page ${review.page}`].filter(Boolean).join(", ");
  at("label").value = "";
  at("back").disabled = place === 0;
  at("candidates").replaceChildren();
  const crop = await (await ask(`v1/reviews/${review.id}/crop`)).blob();
  await paint(at("crop"), crop);
  at("pair").classList.toggle("wide", at("crop").width > WIDE * at("crop").height);
  at("crop").setAttribute("aria-label", `The picture to look at${review.name ? `, ${review.name}` : ""}`);
  if (!matchMedia("(pointer: coarse)").matches) at("label").focus(); // on a phone its keyboard would cover the picture
  if (review.reason !== AUDIT) await offerCandidates(review, crop);
}

// What it may be, the most probable first, to be taken by one touch.
async function offerCandidates(review, crop) {
  const single = review.guess === null || model.classes.includes(review.guess);
  const options = { method: "POST", body: crop, headers: { "content-type": crop.type } };
  const answer = await (await ask(single ? "v1/digits" : "v1/numbers", options)).json();
  if (queue[place] !== review) return; // somebody was quicker
  const [first] = single ? answer.digits : answer.numbers;
  const ranked = single ? rankedClasses(first.probabilities) : (first?.alternatives ?? []).map(([text]) => text);
  showCandidates(at("candidates"), [...new Set([review.guess, ...ranked])].filter(Boolean), (text) => tell(() => decide(text)));
}

function rankedClasses(probabilities) {
  const possible = model.classes.map((_, which) => which).filter((which) => probabilities[which] >= LEAST);
  return possible.sort((one, other) => probabilities[other] - probabilities[one]).map((which) => model.classes[which]);
}

function doubt({ guess, probability, reason, label }) {
  if (label !== null) return label === "_" ? `Kept as no ${noun()}.` : `Kept as ${label}.`;
  if (reason === AUDIT) return "It was accepted. Say what it is without seeing what was read.";
  if (guess === null) return "Nothing was read.";
  if (reason === "not-a-digit" && !model.classes.includes(guess)) return `Perhaps not every sign is a ${noun()}.`;
  if (reason === "not-a-digit") return `Perhaps no ${noun()}. The nearest is ${named(guess)}.`;
  return doubtInWords(reason) ?? `${sureness(probability).replace(/^m/, "M")} sure.`;
}

// What was typed; a dash alone says that it is no digit.
function typed() {
  const text = at("label").value.trim();
  return text === "-" && !model.classes.includes(text) ? "_" : text;
}

async function decide(said) {
  const review = queue[place];
  if (review.reason === AUDIT && !said && review.label === null) return; // there is no guess to take
  const label = said || (review.label ?? review.guess ?? "_");
  const headers = { "content-type": "application/json" };
  const answer = await ask(`v1/reviews/${review.id}`, { method: "PUT", body: JSON.stringify({ label }), headers });
  if (review.label === null) showCount(left - 1);
  queue[place] = await answer.json();
  await go(1);
  await showLearning();
  if (review.reason === AUDIT) await showAudit();
}

async function go(by) {
  if (place + by < 0) return;
  if (place + by >= queue.length) await fetchMore();
  place = Math.min(place + by, queue.length);
  if (place === queue.length && left > 0) {
    await openReview(); // those that were put off come again
    return;
  }
  await show();
}
