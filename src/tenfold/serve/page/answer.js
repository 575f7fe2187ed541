// What was read, in words, bars and pictures.

import { model, noun } from "./model.js";
import { decoded, paint } from "./pictures.js";

const NAMES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

const isDigit = (name) => /^[0-9]$/.test(name);

export const named = (name) => (isDigit(name) ? NAMES[name] : `“${name}”`);

const one = (name) => (isDigit(name) ? `${name === "8" ? "an" : "a"} ${NAMES[name]}` : named(name));

// A probability in words; never “100%”, for nothing is certain.
export function sureness(probability) {
  if (probability > 0.9999) return "more than 99.99%";
  return `${(probability * 100).toFixed(probability > 0.99 ? 2 : 0)}%`;
}

export function inWords({ digit, probability, reason }) {
  if (reason === "blank") return "There is nothing here to read.";
  if (reason === "several-digits") return `These look like several ${noun()}s. Choose “A whole number”, and they are read.`;
  if (reason === "not-a-digit") return `This does not look like a ${noun()}. The nearest is ${one(digit)}.`;
  if (reason === "not-calibrated") return `Perhaps ${one(digit)}, but nothing can be promised of pictures like this.`;
  if (reason === "uncertain") return `Perhaps ${one(digit)}, but ${sureness(probability)} is not sure enough.`;
  return `${named(digit).replace(/^./, (first) => first.toUpperCase())}. ${sureness(probability).replace(/^m/, "M")} sure.`;
}

// Why a number is not accepted, in a table and in a sentence.
const DOUBTS = {
  "blank": ["blank", "Nothing is written."],
  "several-digits": ["several digits", "There is more than one."],
  "uncertain": ["not sure enough"],
  "not-calibrated": ["nothing promised", "Nothing can be promised of numbers like this."],
  "not-on-list": ["not on the list", "It is not on the list."],
  "not-an-integer": ["not a whole number", "It is not a whole number."],
  "not-a-decimal": ["not a decimal", "It is not a decimal."],
  "not-an-amount": ["not an amount", "It is not an amount."],
  "not-a-date": ["not a date", "It is not a date."],
  "not-a-time": ["not a time", "It is not a time."],
  "not-an-id": ["not an ID", "It is not an ID."],
  "out-of-range": ["out of range", "It is less or more than it may be."],
  "check-digit": ["wrong check digit", "Its check digit is wrong."],
  "sum-differs": ["not the sum", "It is not the sum of the others."],
  "corrected": ["corrected"],
};

export const doubtInShort = (reason) => {
  if (reason === "digit-not-allowed") return `${noun()} not allowed`;
  return DOUBTS[reason]?.[0] ?? `not a ${noun()}`;
};

// Nothing where how sure it is says more.
export const doubtInWords = (reason) => {
  if (reason === "digit-not-allowed") return `It has a ${noun()} that is not allowed.`;
  return DOUBTS[reason]?.[1];
};

const READINGS = { boxes: "numbers in boxes", free: "numbers written freely", alone: "pictures of one number", list: "numbers beside a list" };

// Of which numbers of an answer nothing is promised.
export const unpromisedInWords = (kinds) => (kinds.length ? `Nothing is promised of ${kinds.map((kind) => READINGS[kind]).join(" and ")}.` : "");

// A number as it is shown: a point for an empty box.
export const plain = ({ text }) => text.replaceAll("_", "·");

// Words about the numbers in a drawing, which should hold one.
export function numbersInWords(found) {
  if (found.length === 0) return "No number can be made out here.";
  if (found.length > 1) return `These look like ${found.length} numbers. Write the ${noun()}s of one number on one line, close together.`;
  const [{ reason, probability, text }] = found;
  if (reason === "not-a-digit") return `Something in it does not look like a ${noun()}. This is the nearest number.`;
  if (reason === "uncertain") return `Perhaps, but ${sureness(probability)} is not sure enough.`;
  const count = [...text].filter((sign) => model.classes.includes(sign)).length;
  return `${count === 1 ? `One ${noun()}` : `${count} ${noun()}s`}. ${sureness(probability).replace(/^m/, "M")} sure.`;
}

const MOST_CANDIDATES = 4;

// A button for each of the first candidates.
export function showCandidates(place, texts, take) {
  place.replaceChildren(...texts.slice(0, MOST_CANDIDATES).map((text) => {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: text.replaceAll("_", "·") });
    button.setAttribute("aria-label", `It is ${text.replaceAll("_", " empty ")}`);
    button.addEventListener("click", () => take(text));
    return button;
  }));
}

// The digits of a number, each with how sure it is.
export function showPlaces(list, digits) {
  list.replaceChildren(...digits.map(({ digit, probability }) => {
    const place = document.createElement("li");
    const share = digit === null ? "" : probability > 0.99 ? ">99%" : sureness(probability);
    place.append(digit ?? "·", Object.assign(document.createElement("small"), { textContent: share }));
    place.style.setProperty("--share", digit === null ? 0 : probability);
    place.setAttribute("aria-label", digit === null ? "empty" : `${digit}: ${sureness(probability)}`);
    return place;
  }));
}

export function makeBars(list) {
  list.replaceChildren(...model.classes.map((name) => Object.assign(document.createElement("li"), { textContent: name })));
}

export function showBars(list, probabilities) {
  const best = probabilities ? probabilities.indexOf(Math.max(...probabilities)) : -1;
  [...list.children].forEach((bar, place) => {
    const share = probabilities?.[place] ?? 0;
    bar.style.setProperty("--share", share);
    bar.classList.toggle("best", place === best);
    bar.setAttribute("aria-label", probabilities ? `${bar.textContent}: ${sureness(share)}` : bar.textContent);
  });
}

export async function showStages(list, stages) {
  const items = stages.map(({ name }, index) => {
    const item = document.createElement("li");
    const canvas = document.createElement("canvas");
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", name);
    canvas.classList.toggle("paper", index === 0);
    canvas.classList.toggle("small", index === stages.length - 1);
    item.append(canvas, index === 0 ? "as it came" : name);
    return item;
  });
  await Promise.all(items.map((item, index) => paint(item.firstChild, picture(stages[index]))));
  list.replaceChildren(...items);
}

// A picture in base64, as a server sends it, or pixels that were made here.
const picture = (stage) => (typeof stage.picture === "string" ? decoded(stage.picture) : stage.picture);

// What the answer rests on, beside the stages.
export async function showCovered(list, { picture }) {
  const item = document.createElement("li");
  const canvas = document.createElement("canvas");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", "what the answer rests on");
  canvas.classList.add("paper", "small");
  item.append(canvas, "rests on");
  await paint(canvas, decoded(picture));
  list.append(item);
}

export function coveredInWords({ digit, probability, covered: { falls, patch } }) {
  const [most, least] = [Math.max(...falls.flat()), Math.min(...falls.flat())];
  const size = `${patch}×${patch} pixels`;
  if (most < 0.001) return `It stays ${named(digit)} whichever ${size} are covered.`;
  const gains = least < -0.001 ? " Where it is blue, it gains." : "";
  return `With ${size} covered where it is orange, ${named(digit)} falls from ${sureness(probability)} to ${sureness(probability - most)} at worst.${gains}`;
}
