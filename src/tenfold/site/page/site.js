// The page: the sheet, the answer, and what was done on the way to it. Everything happens in this browser.

import { inWords, makeBars, showBars, showStages } from "./answer.js";
import { model } from "./model.js";
import { Pad } from "./pad.js";
import { pixelsOf } from "./picture/grey.js";
import { paint, takeFiles } from "./pictures.js";
import { openReader } from "./reader.js";
import { sample } from "./samples.js";

const MOST_PIXELS = 16_000_000; // of a picture on a canvas; phones have no larger ones

const RING = 280; // height and width of a picture to warm up with, in pixels: those of a drawing

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
takeFiles(at("draw"), document.querySelector(".sheet"), [at("picture")], ([file]) => answerFile(file));

const opened = keepForLater().then(load);

async function load(kept) {
  const reader = await openReader((share) => { at("state").textContent = `Loading the reader: ${Math.round(100 * share)}%`; });
  model.classes = reader.classes;
  at("draw").style.setProperty("--columns", reader.classes.length);
  makeBars(at("bars"));
  at("state").textContent = kept ? "Works offline" : "";
  warmUp(reader);
  return reader;
}

// Reads a ring a few times, so that the browser has translated the code before somebody draws.
async function warmUp(reader) {
  const pen = new OffscreenCanvas(RING, RING).getContext("2d", { willReadFrequently: true });
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, RING, RING);
  pen.lineWidth = RING / 15;
  pen.ellipse(RING / 2, RING / 2, RING / 6, RING / 4, 0, 0, 2 * Math.PI);
  pen.stroke();
  const ring = pen.getImageData(0, 0, RING, RING);
  for (let time = 0; time < 8; time++) {
    await new Promise((resolve) => { setTimeout(resolve, 20); });
    await reader.read(ring);
  }
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
  if (pad.empty) return rest();
  performance.mark("lifted");
  const sheet = pad.sheet();
  answer(sheet.getContext("2d").getImageData(0, 0, sheet.width, sheet.height));
}

function rest() {
  turn += 1;
  show("waiting", "", REST);
  showBars(at("bars"), null);
  at("way").hidden = true;
}

async function answerFile(file) {
  try {
    pad.clear();
    const bitmap = await createImageBitmap(file);
    const shrink = Math.min(1, Math.sqrt(MOST_PIXELS / (bitmap.width * bitmap.height)));
    const pixels = pixelsOf(bitmap, Math.round(bitmap.width * shrink), Math.round(bitmap.height * shrink));
    bitmap.close();
    await showPicture(file);
    performance.mark("lifted");
    await answer(pixels);
  } catch (error) {
    if (error.name !== "InvalidStateError") throw error;
    show("refused", "", "This browser cannot open that as a picture. Choose a photo, a scan or a screenshot.");
  }
}

async function answer(pixels) {
  turn += 1;
  const mine = turn;
  const reader = await opened;
  if (mine !== turn) return; // something else was drawn meanwhile
  const digit = await reader.read(pixels);
  if (mine !== turn) return;
  show(digit.accepted ? "accepted" : "refused", digit.digit ?? "", inWords(digit));
  showBars(at("bars"), digit.digit === null ? null : digit.probabilities);
  performance.measure("answer", "lifted");
  at("way").hidden = false;
  await showStages(at("stages"), digit.stages);
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
