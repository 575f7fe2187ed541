// Draw: the sheet, the answer, and what to say when it is wrong. One digit, or a whole number.

import { Refusal, ask, tell } from "./api.js";
import { coveredInWords, inWords, makeBars, numbersInWords, plain, showBars, showCovered, showPlaces, showStages } from "./answer.js";
import { forgetLayers, lookInside, startLayers } from "./layers.js";
import { model, noun, signsOfNumbers } from "./model.js";
import { Pad } from "./pad.js";
import { onlySigns, paint, takeFiles } from "./pictures.js";
import { refreshCount } from "./review.js";
import { sample } from "./samples.js";

const at = (id) => document.getElementById(id);

const KINDS = {
  digit: {
    path: "v1/digits?stages=true",
    invitation: () => `Draw a ${noun()}`,
    label: () => `Draw one ${noun()} here with mouse, pen or finger`,
    rest: () => "Any hand will do. The answer comes when you lift the pen.",
    tell: tellDigit,
  },
  number: {
    path: "v1/numbers",
    invitation: () => "Draw a number",
    label: () => `Draw the ${noun()}s of one number here, side by side, with mouse, pen or finger`,
    rest: () => `Write its ${noun()}s side by side. The answer comes when you lift the pen.`,
    tell: tellNumber,
  },
};

let asked = new AbortController();
let kind = "digit";
let shown = null; // the picture that the answer is about

const SAMPLED = 3; // digits of a number to try
const MOST_COLUMNS = 13; // of bars and keys; the letters take two rows

export function startDrawing() {
  const pad = new Pad(at("pad"), () => drawn(pad), () => lookInside(() => pad.picture()));
  startLayers();
  at("undo").addEventListener("click", () => pad.undo());
  at("clear").addEventListener("click", () => pad.clear());
  addEventListener("keydown", (event) => {
    if (at("draw").hidden || event.target.matches("input:not([type=file], [type=radio])")) return;
    if ((event.ctrlKey || event.metaKey) && event.key === "z" && !pad.empty) pad.undo();
    if (event.key === "Escape") pad.clear();
  });
  takeFiles(at("draw"), document.querySelector(".sheet"), [at("picture")], ([picture]) => tell(() => readFile(pad, picture)));
  at("sample").addEventListener("click", () => pad.show(sample(kind === "digit" ? 1 : SAMPLED)));
  at("teach-number").addEventListener("submit", (event) => {
    event.preventDefault();
    const right = at("right").value.trim();
    if (right) tell(() => keep(right)); else at("right").focus();
  });
  onlySigns(at("right"), signsOfNumbers);
  at("number-later").addEventListener("click", () => tell(() => keep(null)));
  at("why").addEventListener("click", () => tell(explain));
  for (const choice of document.querySelectorAll("input[name=kind]")) {
    choice.checked = choice.value === kind; // browsers bring back what was chosen before
    choice.addEventListener("change", () => {
      kind = choice.value;
      at("draw").dataset.kind = kind;
      invite();
      pad.kind = kind;
    });
  }
}

// Makes a bar and a key for each class, once the model is known.
export function showClasses() {
  const columns = Math.min(model.classes.length, MOST_COLUMNS);
  at("draw").style.setProperty("--columns", columns);
  at("draw").style.setProperty("--half", Math.max(1, Math.floor(columns / 2)));
  makeBars(at("bars"));
  makeKeys();
  invite();
}

function invite() {
  at("invitation").textContent = KINDS[kind].invitation();
  at("pad").setAttribute("aria-label", KINDS[kind].label());
}

async function drawn(pad) {
  at("undo").disabled = at("clear").disabled = pad.empty;
  at("invitation").hidden = !pad.empty;
  at("shown").hidden = true;
  if (pad.empty) return rest();
  performance.mark("lifted");
  await read(pad.picture());
  performance.measure("answer", "lifted");
}

// A picture that was chosen takes the place of the drawing; a PDF, which no browser paints, leaves it blank.
async function readFile(pad, picture) {
  pad.clear();
  if (picture.type.startsWith("image/")) {
    const shown = await paint(at("shown"), picture).then(() => true, () => false);
    at("shown").hidden = !shown;
    at("invitation").hidden = shown;
    at("clear").disabled = !shown;
  }
  await read(picture);
}

function rest() {
  asked.abort();
  shown = null;
  forgetLayers();
  show("waiting", "", KINDS[kind].rest());
  showBars(at("bars"), null);
  showPlaces(at("places"), []);
  at("way").hidden = at("teach").hidden = true;
}

async function read(picture) {
  asked.abort();
  asked = new AbortController();
  const { signal } = asked;
  const { path, tell: say } = KINDS[kind];
  try {
    const headers = { "content-type": picture.type };
    const answer = await (await ask(path, { method: "POST", body: picture, headers, signal })).json();
    if (signal.aborted) return;
    shown = picture;
    lookInside(() => picture);
    at("kept").textContent = at("right").value = "";
    at("teach").hidden = false;
    await say(answer);
  } catch (error) {
    if (error.name === "AbortError") return;
    if (!(error instanceof Refusal)) throw error;
    rest();
    show("refused", "", error.message);
  }
}

async function tellDigit({ digits: [digit] }) {
  show(digit.accepted ? "accepted" : "refused", digit.digit ?? "", inWords(digit));
  showBars(at("bars"), digit.digit === null ? null : digit.probabilities);
  at("way").hidden = false;
  at("why").hidden = digit.digit === null;
  at("rests").textContent = "";
  await showStages(at("stages"), digit.stages);
}

async function explain() {
  const picture = shown;
  const headers = { "content-type": picture.type };
  const answer = await (await ask("v1/explain", { method: "POST", body: picture, headers })).json();
  if (shown !== picture) return; // something else was drawn meanwhile
  await showCovered(at("stages"), answer.covered);
  at("rests").textContent = coveredInWords(answer);
  at("why").hidden = true;
}

function tellNumber({ numbers }) {
  const found = numbers.filter(({ reason }) => reason !== "blank");
  show(found.length === 1 && found[0].accepted ? "accepted" : "refused", found.map(plain).join(" "), numbersInWords(found));
  showPlaces(at("places"), found.length === 1 ? found[0].digits : []);
  at("way").hidden = true;
}

function show(state, digit, words) {
  at("verdict").dataset.state = state;
  at("digit").textContent = digit;
  at("digit").style.setProperty("--signs", Math.max(digit.length, 1));
  at("words").textContent = words;
}

function makeKeys() {
  const key = (text, label, wide) => {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: text });
    if (wide) button.className = "wide"; else button.setAttribute("aria-label", `It is a ${text}`);
    button.addEventListener("click", () => tell(() => keep(label)));
    return button;
  };
  const classes = model.classes.map((name) => key(name, name, false));
  at("keys").replaceChildren(...classes, key(`No ${noun()}`, "_", true), key("Keep for review", null, true));
}

async function keep(label) {
  const form = new FormData();
  form.append("picture", shown, shown.name ?? "drawing.png");
  form.append("kind", kind);
  if (label !== null) form.append("label", label);
  await ask("v1/reviews", { method: "POST", body: form });
  const learned = kind === "digit" ? "Kept. The next training can learn from it." : `Kept as ${label}.`;
  at("kept").textContent = label === null ? "Kept. It waits under Review." : learned;
  await refreshCount();
}
