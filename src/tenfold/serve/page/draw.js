// Draw: the sheet, the answer, and what to say when it is wrong.

import { Refusal, ask, tell } from "./api.js";
import { inWords, makeBars, showBars, showStages } from "./answer.js";
import { Pad } from "./pad.js";
import { takeFiles } from "./pictures.js";
import { refreshCount } from "./review.js";

const at = (id) => document.getElementById(id);

let asked = new AbortController();
let shown = null; // the picture that the answer is about

export function startDrawing() {
  makeBars(at("bars"));
  const pad = new Pad(at("pad"), () => drawn(pad));
  at("undo").addEventListener("click", () => pad.undo());
  at("clear").addEventListener("click", () => pad.clear());
  addEventListener("keydown", (event) => {
    if (at("draw").hidden || event.target.matches("input:not([type=file])")) return;
    if ((event.ctrlKey || event.metaKey) && event.key === "z" && !pad.empty) pad.undo();
    if (event.key === "Escape" && !pad.empty) pad.clear();
  });
  takeFiles(at("draw"), document.querySelector(".sheet"), (picture) => { pad.clear(); read(picture); });
  makeKeys();
}

async function drawn(pad) {
  at("undo").disabled = at("clear").disabled = pad.empty;
  at("invitation").hidden = !pad.empty;
  if (pad.empty) return rest();
  performance.mark("lifted");
  await read(await pad.picture());
  performance.measure("answer", "lifted");
}

function rest() {
  asked.abort();
  shown = null;
  show("waiting", "", "Any hand will do. The answer comes when you lift the pen.");
  showBars(at("bars"), null);
  at("way").hidden = at("teach").hidden = true;
}

async function read(picture) {
  asked.abort();
  asked = new AbortController();
  const { signal } = asked;
  try {
    const headers = { "content-type": picture.type };
    const answer = await (await ask("v1/digits?stages=true", { method: "POST", body: picture, headers, signal })).json();
    if (signal.aborted) return;
    const [digit] = answer.digits;
    shown = picture;
    show(digit.accepted ? "accepted" : "refused", digit.digit ?? "", inWords(digit));
    showBars(at("bars"), digit.digit === null ? null : digit.probabilities);
    at("kept").textContent = "";
    at("way").hidden = at("teach").hidden = false;
    await showStages(at("stages"), digit.stages);
  } catch (error) {
    if (error.name === "AbortError") return;
    if (!(error instanceof Refusal)) throw error;
    rest();
    show("refused", "", error.message);
  }
}

function show(state, digit, words) {
  at("verdict").dataset.state = state;
  at("digit").textContent = digit;
  at("words").textContent = words;
}

function makeKeys() {
  const key = (text, label, wide) => {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: text });
    if (wide) button.className = "wide"; else button.setAttribute("aria-label", `It is a ${text}`);
    button.addEventListener("click", () => tell(() => keep(label)));
    return button;
  };
  const digits = [...Array(10).keys()].map((digit) => key(String(digit), String(digit), false));
  at("keys").replaceChildren(...digits, key("No digit", "_", true), key("Keep for review", null, true));
}

async function keep(label) {
  const form = new FormData();
  form.append("picture", shown, shown.name ?? "drawing.png");
  if (label !== null) form.append("label", label);
  await ask("v1/reviews", { method: "POST", body: form });
  at("kept").textContent = label === null ? "Kept. It waits under Review." : "Kept. The next training can learn from it.";
  await refreshCount();
}
