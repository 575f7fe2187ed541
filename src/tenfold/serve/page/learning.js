// Learning: the model is adapted to what people corrected, and back.

import { ask, tell } from "./api.js";
import { noun } from "./model.js";

const at = (id) => document.getElementById(id);

const percent = (share) => `${(100 * share).toFixed(1)}%`;
const counted = (count, what) => `${count} ${what}${count === 1 ? "" : "s"}`;

export function startLearning() {
  at("learn").addEventListener("click", () => tell(() => change("POST", "Learning…")));
  at("unlearn").addEventListener("click", () => tell(() => change("DELETE", "Going back…")));
}

export async function showLearning() {
  show(await (await ask("v1/adaptation")).json());
}

async function change(method, meanwhile) {
  const before = at("learned").textContent;
  at("learned").textContent = meanwhile;
  at("learn").disabled = at("unlearn").disabled = true;
  try {
    show(await (await ask("v1/adaptation", { method })).json());
  } catch (error) {
    at("learned").textContent = before;
    throw error;
  } finally {
    at("learn").disabled = at("unlearn").disabled = false;
  }
}

function show({ offered, corrections, fewest, adapted, own, known }) {
  const enough = corrections >= fewest && corrections !== adapted;
  at("adapt").hidden = !offered || (corrections < fewest && adapted === null);
  at("learn").hidden = !enough;
  at("learn").textContent = adapted === null ? "Let the model learn from them" : "Learn again from all";
  at("unlearn").hidden = adapted === null;
  at("learned").textContent = inWords(corrections, adapted, own, known);
}

function inWords(corrections, adapted, own, known) {
  if (adapted === null) return `${counted(corrections, noun())} looked at and labelled.`;
  const said = `The model has learned from ${counted(adapted, noun())}.`;
  if (!own) return corrections === adapted ? said : `${said} Labelled by now: ${corrections}.`;
  const kept = known ? ` Of what it knew it reads ${percent(known.accuracy)}, before ${percent(known.before)}.` : "";
  return `${said} Of others like them it reads ${percent(own.accuracy)}, before ${percent(own.before)}.${kept}`;
}
