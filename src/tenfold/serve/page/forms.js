// Forms: made of an empty page, their fields named and tried on a filled one, and kept on the server.

import { Refusal, ask, hand, sentence, tell } from "./api.js";
import { doubtInShort, plain, sureness } from "./answer.js";
import { fields, forgetTried, showFields, showTried, startFields } from "./fields.js";
import { offerForms } from "./options.js";
import { decoded, paint, takeFiles } from "./pictures.js";
import { samplePage } from "./samples.js";

const at = (id) => document.getElementById(id);

const PAUSE = 500; // milliseconds after a change before the form is tried again

let table = null; // the form that is shown, but for its fields
let page = null; // the file that it was made from
let opened = ""; // the name that it is kept under
let filled = null; // the file that it is tried on
let later = 0;
let asked = new AbortController();

export function startForms() {
  startFields(() => { clearTimeout(later); later = setTimeout(() => tell(tryOut), PAUSE); });
  takeFiles(at("forms"), at("form-sheet"), [at("empty-form"), at("form-camera")], ([file]) => tell(() => make(file)));
  at("sample-form").addEventListener("click", () => tell(() => make(samplePage(false), samplePage())));
  at("filled-form").addEventListener("change", ({ target }) => {
    [filled] = target.files;
    target.value = "";
    tell(tryOut);
  });
  at("keep-form").addEventListener("submit", (event) => {
    event.preventDefault();
    tell(keep);
  });
  at("form-toml").addEventListener("click", () => tell(download));
}

export async function openForms() {
  const { forms } = await (await ask("v1/forms")).json();
  offerForms(forms);
  at("kept-forms").replaceChildren(...forms.map(({ name, form }) => {
    const line = document.createElement("li");
    const button = (words, act, label) => {
      const made = Object.assign(document.createElement("button"), { type: "button", textContent: words });
      if (label) made.setAttribute("aria-label", label);
      made.addEventListener("click", () => tell(act));
      return made;
    };
    const count = form.field.length === 1 ? "one field" : `${form.field.length} fields`;
    line.append(
      button(name, () => open(name, form), `Open the form ${name}`),
      Object.assign(document.createElement("span"), { textContent: count }),
      button("Delete", () => forget(name), `Delete the form ${name}`),
    );
    return line;
  }));
}

// Makes a form of an empty page.
async function make(file, sample = null) {
  say("waiting", `Looking for fields on ${file.name || "the page"}…`);
  const parts = new FormData();
  parts.append("page", file, file.name || "form.png");
  let made;
  try {
    made = await (await ask("v1/forms", { method: "POST", body: parts })).json();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    say("refused", error.message);
    return;
  }
  [page, opened, filled] = [file, "", sample ?? file];
  const name = (file.name || "form").replace(/\.[^.]*$/, "").replace(/[^\p{L}\p{N}_ .-]/gu, " ").trim().slice(0, 60);
  await show(made.form, decoded(made.picture, "image/jpeg"), name);
  const count = fields.length === 1 ? "One field" : `${fields.length} fields`;
  say("read", `${count} found. Name them, draw others, and try them on a filled page.`);
  await tryOut();
}

async function open(name, form) {
  const picture = await ask(`v1/forms/${encodeURIComponent(name)}/page`).then((answer) => answer.blob(), () => null);
  [page, opened, filled] = [picture, name, null];
  await show(form, picture ?? blank(form.page), name);
  say("read", `${name} is open.`);
  await tryOut();
}

// A form that was kept without its page is shown on plain paper.
function blank({ width, height }) {
  const scale = Math.min(1, 1000 / Math.max(width, height));
  const canvas = Object.assign(document.createElement("canvas"), { width: width * scale, height: height * scale });
  Object.assign(canvas.getContext("2d"), { fillStyle: "#fff" }).fillRect(0, 0, width, height);
  return decoded(canvas.toDataURL("image/png").split(",")[1]);
}

async function show(form, picture, name) {
  const { field, ...others } = form;
  table = others;
  await paint(at("form-canvas"), picture);
  at("editing").hidden = false;
  at("form-name").value = name;
  showFields(field);
}

const written = () => JSON.stringify({ ...table, field: fields });

// Reads the filled page as the form is now.
async function tryOut() {
  asked.abort();
  asked = new AbortController();
  const { signal } = asked;
  forgetTried();
  at("tried-on").textContent = "";
  if (!filled || fields.length === 0) return;
  at("tried-on").textContent = "Reading…";
  const parts = new FormData();
  parts.append("page", filled, filled.name || "page.png");
  parts.append("form", written());
  try {
    const answer = await (await ask("v1/numbers?pictures=true", { method: "POST", body: parts, signal })).json();
    const canvas = document.createElement("canvas");
    await paint(canvas, decoded(answer.pages[0].picture, "image/jpeg"));
    for (const number of answer.numbers.filter((each) => each.page === answer.pages[0].page)) {
      const blank = number.reason === "blank";
      const words = blank ? "nothing written" : number.accepted ? sureness(number.probability) : doubtInShort(number.reason);
      showTried(number.field, cut(canvas, number.quad), blank ? "" : plain(number), words, !number.accepted && !blank);
    }
    at("tried-on").textContent = filled === page ? "" : `Read on ${filled.name || "the page"}.`;
  } catch (error) {
    if (error.name === "AbortError") throw error;
    at("tried-on").textContent = error instanceof Refusal ? sentence(error.message) : "";
    if (!(error instanceof Refusal)) throw error;
  }
}

function cut(canvas, quad) {
  const [xs, ys] = [quad.map(([x]) => x), quad.map(([, y]) => y)];
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const [width, height] = [Math.max(...xs) - left, Math.max(...ys) - top].map((side) => Math.max(1, Math.ceil(side)));
  const piece = Object.assign(document.createElement("canvas"), { width, height });
  piece.getContext("2d").drawImage(canvas, -left, -top);
  piece.setAttribute("role", "img");
  piece.setAttribute("aria-label", "what is written there");
  return piece;
}

async function keep() {
  const name = at("form-name").value.trim();
  const parts = new FormData();
  parts.append("name", name);
  parts.append("form", written());
  parts.append("replace", String(name === opened));
  if (page && name !== opened) parts.append("page", page, page.name || "form.jpg");
  try {
    await ask("v1/forms", { method: "POST", body: parts });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    say("refused", error.message);
    return;
  }
  opened = name;
  say("read", `${name} is kept. Choose it under Read, Options; programs name it in form=${name}.`);
  await openForms();
}

async function forget(name) {
  await ask(`v1/forms/${encodeURIComponent(name)}`, { method: "DELETE" });
  if (opened === name) opened = "";
  say("read", `${name} is deleted.`);
  await openForms();
}

async function download() {
  const parts = new FormData();
  parts.append("form", written());
  const { toml } = await (await ask("v1/forms", { method: "POST", body: parts })).json();
  hand(new Blob([toml], { type: "application/toml" }), `${at("form-name").value.trim() || "form"}.toml`);
}

function say(state, words) {
  at("form-told").dataset.state = state;
  at("form-told").textContent = words;
}
