// The model that the server reads with: what a single picture may show, and the signs that numbers are written in.

import { ask } from "./api.js";

export const model = { classes: [], alphabet: "", promises: {} };

const isDigit = (sign) => /^[0-9]$/.test(sign);
const allDigits = () => model.classes.every(isDigit);

// What one class is called: 0 to 9 are digits.
export const noun = () => (allDigits() ? "digit" : "character");

export const readsNumbers = () => model.alphabet !== "";

// Of a number in boxes only digits are written; beside them there may be signs, as in 20/07/2021.
export const signsOfBoxes = () => model.classes;
export const signsOfNumbers = () => [...model.alphabet];
export const signsOfLabels = () => [...model.classes.join(""), ...model.alphabet];

// Whether so small a share of wrong numbers can be promised, with a list of the only ones or without.
export const canPromise = (error, listed) => !error || (model.promises[listed ? "list" : "numbers"] ?? []).includes(Number(error));

export async function fetchModel() {
  Object.assign(model, await (await ask("v1/model")).json());
  for (const place of document.querySelectorAll(".noun")) place.textContent = noun();
  for (const field of document.querySelectorAll(".signs")) field.inputMode = signsOfLabels().every(isDigit) ? "numeric" : "text";
  for (const part of document.querySelectorAll(".of-numbers")) part.hidden = !readsNumbers();
}
