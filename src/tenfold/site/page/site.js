// The page: the sheet, the answer, and what was done on the way to it. Everything happens in this browser.

import { inWords, makeBars, showBars, showStages } from "./answer.js";
import { model } from "./model.js";
import { Pad } from "./pad.js";
import { pixelsOf } from "./picture/grey.js";
import { paint, takeFiles } from "./pictures.js";
import { openReader } from "./reader.js";
import { sample } from "./samples.js";

const MOST_PIXELS = 16_000_000; // of a picture on a canvas; phones have no larger ones

const at = (id) => document.getElementById(id);
const REST = at("words").textContent;

const pad = new Pad(at("pad"), drawn);
let turn = 0; // of the picture that is asked about last

at("undo").addEventListener("click", () => pad.undo());
at("clear").addEventListener("click", () => pad.clear());
at("sample").addEventListener("click", () => pad.show(sample(1)));
addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "z" && !pad.empty) pad.undo();
  if (event.key === "Escape") pad.clear();
});
takeFiles(at("draw"), document.querySelector(".sheet"), [at("picture")], ([file]) => { pad.clear(); answer(file); });

const opened = keepForLater().then(load);

async function load(kept) {
  const reader = await openReader((share) => { at("state").textContent = `Loading the reader: ${Math.round(100 * share)}%`; });
  model.classes = reader.classes;
  at("draw").style.setProperty("--columns", reader.classes.length);
  makeBars(at("bars"));
  at("state").textContent = kept ? "Works offline" : "";
  return reader;
}

opened.catch((error) => {
  console.error(error);
  at("state").textContent = "";
  show("refused", "", "The reader could not be loaded. Look at the connection, and load the page again.");
});

// Has the browser keep the site's files, and says whether it does; without that the page works, but not offline.
async function keepForLater() {
  if (!("serviceWorker" in navigator)) return false; // no HTTPS
  at("state").textContent = "Loading the reader";
  const policy = globalThis.trustedTypes?.createPolicy("tenfold", { createScriptURL: (address) => address });
  try {
    const registration = await navigator.serviceWorker.register(policy ? policy.createScriptURL("worker.js") : "worker.js");
    const worker = registration.active ?? registration.waiting ?? registration.installing;
    while (!["activating", "activated", "redundant"].includes(worker.state)) {
      await new Promise((resolve) => { worker.addEventListener("statechange", resolve, { once: true }); });
    }
    return worker.state !== "redundant"; // it is where not everything could be kept
  } catch {
    return false; // a private window
  }
}

function drawn() {
  at("undo").disabled = at("clear").disabled = pad.empty;
  at("invitation").hidden = !pad.empty;
  at("shown").hidden = true;
  if (pad.empty) rest(); else answer(pad.picture());
}

function rest() {
  turn += 1;
  show("waiting", "", REST);
  showBars(at("bars"), null);
  at("way").hidden = true;
}

async function answer(picture) {
  turn += 1;
  const mine = turn;
  performance.mark("lifted");
  let pixels;
  try {
    pixels = await pixelsIn(picture);
  } catch {
    show("refused", "", "This browser cannot open that as a picture. Choose a photo, a scan or a screenshot.");
    return;
  }
  if (picture.name) await showPicture(picture);
  const reader = await opened;
  const digit = await reader.read(pixels);
  if (mine !== turn) return; // something else was drawn meanwhile
  show(digit.accepted ? "accepted" : "refused", digit.digit ?? "", inWords(digit));
  showBars(at("bars"), digit.digit === null ? null : digit.probabilities);
  performance.measure("answer", "lifted");
  at("way").hidden = false;
  await showStages(at("stages"), digit.stages);
}

async function pixelsIn(picture) {
  const bitmap = await createImageBitmap(picture);
  const shrink = Math.min(1, Math.sqrt(MOST_PIXELS / (bitmap.width * bitmap.height)));
  const pixels = pixelsOf(bitmap, Math.round(bitmap.width * shrink), Math.round(bitmap.height * shrink));
  bitmap.close();
  return pixels;
}

// A picture that was chosen takes the place of the drawing.
async function showPicture(picture) {
  await paint(at("shown"), picture);
  at("invitation").hidden = true;
  at("shown").hidden = at("clear").disabled = false;
}

function show(state, digit, words) {
  at("verdict").dataset.state = state;
  at("digit").textContent = digit;
  at("words").textContent = words;
}
