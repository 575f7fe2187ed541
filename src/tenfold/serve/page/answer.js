// What was read, in words, bars and pictures.

import { decoded, paint } from "./pictures.js";

const NAMES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

export const named = (digit) => NAMES[Number(digit)] ?? digit;

// A share of 1 in words; never “100%”, for nothing is certain.
export function sureness(probability) {
  if (probability > 0.9999) return "more than 99.99%";
  return `${(probability * 100).toFixed(probability > 0.99 ? 2 : 0)}%`;
}

export function inWords({ digit, probability, reason }) {
  const article = digit === "8" ? "an" : "a";
  if (reason === "blank") return "There is nothing here to read.";
  if (reason === "not-a-digit") return `This does not look like a digit. The nearest is ${article} ${named(digit)}.`;
  if (reason === "uncertain") return `Perhaps ${article} ${named(digit)}, but ${sureness(probability)} is not sure enough.`;
  return `${named(digit).replace(/^./, (first) => first.toUpperCase())}. ${sureness(probability).replace(/^m/, "M")} sure.`;
}

// A number as it is shown: a point for an empty box.
export const plain = ({ text }) => text.replaceAll("_", "·");

// What is said of the numbers in a drawing, where there should be one.
export function numbersInWords(found) {
  if (found.length === 0) return "No number can be made out here.";
  if (found.length > 1) return `These look like ${found.length} numbers. Write the digits of one number on one line, close together.`;
  const [{ reason, probability, text }] = found;
  if (reason === "not-a-digit") return "Something in it does not look like a digit. This is the nearest number.";
  if (reason === "uncertain") return `Perhaps, but ${sureness(probability)} is not sure enough.`;
  return `${text.length === 1 ? "One digit" : `${text.length} digits`}. ${sureness(probability).replace(/^m/, "M")} sure.`;
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
  list.replaceChildren(...NAMES.map((_, digit) => {
    const bar = document.createElement("li");
    bar.textContent = digit;
    return bar;
  }));
}

export function showBars(list, probabilities) {
  const best = probabilities ? probabilities.indexOf(Math.max(...probabilities)) : -1;
  [...list.children].forEach((bar, digit) => {
    const share = probabilities?.[digit] ?? 0;
    bar.style.setProperty("--share", share);
    bar.classList.toggle("best", digit === best);
    bar.setAttribute("aria-label", probabilities ? `${digit}: ${sureness(share)}` : String(digit));
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
  await Promise.all(items.map((item, index) => paint(item.firstChild, decoded(stages[index].picture))));
  list.replaceChildren(...items);
}

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
