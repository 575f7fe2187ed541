// What each layer sees while somebody draws, and what is answered with a patch covered.

import { ask, tell } from "./api.js";
import { named, sureness } from "./answer.js";
import { model } from "./model.js";
import { decoded, paint } from "./pictures.js";

const at = (id) => document.getElementById(id);

const SIDE = 28; // of the image, in pixels
const PATCH = 7; // side of what is covered, likewise
const STEP = 1; // by which an arrow key moves it

let give = null; // gives the picture that is looked at
let patch = null; // left and top of what is covered
let asking = false;
let again = false; // whether something changed while the server was asked

export function startLayers() {
  at("watch").addEventListener("toggle", () => look());
  const seen = at("seen");
  const cover = (event) => {
    const box = seen.getBoundingClientRect();
    put([(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height].map((share) => share * SIDE - PATCH / 2));
  };
  seen.addEventListener("pointermove", cover);
  seen.addEventListener("pointerdown", cover);
  seen.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse") uncover(); });
  seen.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] }[event.key];
    if (event.key === "Escape") uncover();
    if (!by) return;
    event.preventDefault();
    put((patch ?? [(SIDE - PATCH) / 2, (SIDE - PATCH) / 2]).map((place, axis) => place + by[axis]));
  });
  at("uncover").addEventListener("click", uncover);
}

function put(place) {
  const kept = place.map((each) => Math.round(Math.min(Math.max(each, 0), SIDE - PATCH)));
  if (patch && String(kept) === String(patch)) return;
  patch = kept;
  look();
}

function uncover() {
  if (!patch) return;
  patch = null;
  look();
}

// Looks into the network that is given a picture; while it is asked, only the newest is kept for later.
export function lookInside(picture) {
  give = picture;
  look();
}

export function forgetLayers() {
  give = null;
  at("layers").replaceChildren();
  at("inside").hidden = true;
  at("watch-words").hidden = false;
}

async function look() {
  if (!at("watch").open || !give) return;
  if (asking) {
    again = true;
    return;
  }
  asking = true;
  await tell(show);
  asking = false;
  if (again) {
    again = false;
    look();
  }
}

async function show() {
  const picture = give();
  const cover = patch ? `?cover=${[...patch, PATCH]}` : "";
  const answer = await (await ask(`v1/layers${cover}`, { method: "POST", body: picture, headers: { "content-type": picture.type } })).json();
  if (!give) return;
  at("inside").hidden = false;
  at("watch-words").hidden = true;
  at("uncover").hidden = patch === null;
  await paint(at("seen"), decoded(answer.image));
  if (patch) mark();
  at("without").textContent = inWords(answer);
  await showLayers(answer.layers);
}

function mark() {
  const pen = at("seen").getContext("2d");
  Object.assign(pen, { strokeStyle: "#f0a868", lineWidth: 1 });
  pen.strokeRect(patch[0] + 0.5, patch[1] + 0.5, PATCH - 1, PATCH - 1);
}

function inWords({ probabilities, covered }) {
  const before = best(probabilities);
  if (!covered) return `The digit network alone says ${inShort(before)}. Point at its picture to cover a patch.`;
  const after = best(covered);
  if (after.name !== before.name) return `With the patch covered it says ${inShort(after)} in place of ${inShort(before)}.`;
  return `With the patch covered it still says ${inShort(after)}, before ${sureness(before.share)}.`;
}

const best = (shares) => {
  const place = shares.indexOf(Math.max(...shares));
  return { name: model.classes[place], share: shares[place] };
};

const inShort = ({ name, share }) => `${named(name)}, ${sureness(share)}`;

async function showLayers(layers) {
  const list = at("layers");
  while (list.children.length > layers.length) list.lastChild.remove();
  await Promise.all(layers.map(async ({ kind, shape, picture }, place) => {
    const item = list.children[place] ?? list.appendChild(made());
    const what = kind === "convolution" ? `${shape[0]} maps of ${shape[2]}×${shape[1]}` : `${shape[0]} units`;
    item.lastChild.textContent = `${place + 1}. ${kind}, ${what}${kind === "convolution" && shape[0] > 32 ? ", the first 32" : ""}`;
    item.firstChild.setAttribute("aria-label", `what layer ${place + 1} sees`);
    await paint(item.firstChild, decoded(picture));
  }));
}

function made() {
  const item = document.createElement("li");
  const canvas = document.createElement("canvas");
  canvas.setAttribute("role", "img");
  item.append(canvas, document.createElement("span"));
  return item;
}
