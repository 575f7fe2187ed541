// Read: asks the server about pages, one file after another, and reports.

import { Refusal, ask, hand, sentence, tell as tellTrouble } from "./api.js";
import { showCandidates, unpromisedInWords } from "./answer.js";
import { append, asCsv, correct, cutOut, draw, forget, found, isDoubted, isToLookAt, repeated, settle, whenChosen } from "./found.js";
import { signsOfBoxes, signsOfNumbers } from "./model.js";
import { addOptions, chosen, startOptions } from "./options.js";
import { onlySigns, takeFiles } from "./pictures.js";
import { refreshCount } from "./review.js";
import { samplePage } from "./samples.js";

const at = (id) => document.getElementById(id);

let asked = new AbortController();
let requests = []; // forms as they were sent, once they are answered
let last = []; // the files that were read
let withList = false; // whether they were read with a list, so that nothing else is known of their numbers
let unpromised = new Set(); // the kinds of numbers among them of which nothing is promised
let mended = null; // the number that may be corrected now

export function startReading() {
  takeFiles(at("read"), at("page-sheet"), [at("page"), at("camera")], read);
  startOptions(() => {
    at("again").hidden = last.length === 0;
    at("match-read").hidden = found().length === 0 || withList || !chosen().list || chosen().once;
  });
  at("again").addEventListener("click", () => read(last));
  at("match-read").addEventListener("click", () => tellTrouble(matchAgain));
  at("sample-page").addEventListener("click", () => read([samplePage()]));
  at("numbers-csv").addEventListener("click", () => hand(new Blob([asCsv()], { type: "text/csv" }), "numbers.csv"));
  at("numbers-review").addEventListener("click", () => tellTrouble(sendToReview));
  onlySigns(at("mended"), () => (mended?.text.includes("_") ? signsOfBoxes() : signsOfNumbers()), true);
  whenChosen((number) => {
    mended = number;
    at("mend").hidden = number === null;
    at("hint").hidden = number !== null;
    if (number === null) return;
    at("mended").value = number.text;
    const others = number.alternatives.map(([text]) => text).filter((text) => text !== number.text);
    showCandidates(at("mend-candidates"), others, (text) => tellTrouble(() => mend(text)));
  });
  at("mend").addEventListener("submit", (event) => {
    event.preventDefault();
    const label = at("mended").value.trim();
    if (label) tellTrouble(() => mend(label)); else at("mended").focus();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
}

// Where each known number comes at most once, all files are one request; otherwise each file is a request.
async function read(files) {
  asked.abort();
  asked = new AbortController();
  const { signal } = asked;
  const named = apart(files);
  const groups = chosen().once ? [named] : named.map((file) => [file]);
  begin(files);
  try {
    for (const [place, group] of groups.entries()) {
      progress(place, groups.length, group);
      await readGroup(group, signal);
      if (signal.aborted) return;
    }
    say("read", summary(named));
  } catch (error) {
    if (error.name === "AbortError") return;
    if (found().length === 0) at("result").hidden = true;
    say("refused", error instanceof Refusal ? error.message : "The pages could not be shown.");
    if (!(error instanceof Refusal)) throw error;
  } finally {
    if (!signal.aborted) {
      at("read").removeAttribute("aria-busy");
      at("progress").hidden = true;
      offerReview();
    }
  }
}

async function readGroup(group, signal) {
  const form = new FormData();
  for (const { file, name } of group) form.append("page", file, name);
  addOptions(form);
  const paged = group.some(({ file, name }) => /pdf|tiff/.test(file.type) || /\.(pdf|tiff?)$/i.test(name));
  let answer;
  try {
    const come = await ask(`v1/numbers?pictures=true${paged ? "&stream=true" : ""}`, { method: "POST", body: form, signal });
    answer = paged ? await pageByPage(come, group, signal) : await come.json();
  } catch (error) {
    if (!(error instanceof Refusal) || !["not-readable", "too-large"].includes(error.kind)) throw error;
    for (const { name } of group) complain(name, error.message);
    return;
  }
  if (signal.aborted) return;
  requests.push(form);
  answer.unpromised.forEach((kind) => unpromised.add(kind));
  for (const { file, error } of answer.failed) complain(file, sentence(error));
  for (const file of new Set(answer.pages.map((page) => page.file))) {
    if (!answer.numbers.some((number) => number.file === file)) complain(file, "No numbers were found.");
  }
  if (paged) {
    settle(answer.numbers);
    return;
  }
  at("result").hidden = false; // first, for labels are as large as pages are wide
  await append(answer);
}

// Shows each page as soon as it is read; gives what all of them together say.
async function pageByPage(come, group, signal) {
  const pages = [];
  let text = "";
  const reader = come.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    text += part.value;
    const lines = text.split("\n");
    text = lines.pop();
    for (const line of lines) {
      const answer = JSON.parse(line);
      if (signal.aborted) return answer;
      if (answer.detail) throw new Refusal(sentence(answer.detail));
      if (answer.done) return { ...answer, pages };
      pages.push(...answer.pages);
      at("result").hidden = false;
      await append(answer);
      say("waiting", `Reading ${group.length === 1 ? group[0].name : `${group.length} files`}: ${pages.length === 1 ? "one page" : `${pages.length} pages`} read…`);
    }
  }
  throw new Refusal("The answer broke off; what was read until then is shown.");
}

// Gives files of the same name different ones.
function apart(files) {
  const seen = new Map();
  return files.map((file) => {
    const name = file.name || "page.png";
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return { file, name: count === 1 ? name : name.replace(/(\.[^.]*)?$/, ` (${count})$1`) };
  });
}

function begin(files) {
  last = files;
  requests = [];
  unpromised = new Set();
  forget();
  withList = Boolean(chosen().list);
  at("again").hidden = at("match-read").hidden = at("result").hidden = true;
  at("failed").replaceChildren();
  at("sent").textContent = "";
  at("numbers-review").hidden = true;
  at("read").setAttribute("aria-busy", "true");
}

function progress(place, count, group) {
  const bar = at("progress");
  bar.hidden = false;
  if (count === 1) bar.removeAttribute("value"); else Object.assign(bar, { value: place, max: count });
  const what = group.length === 1 ? group[0].name : `${group.length} files`;
  say("waiting", count === 1 ? `Reading ${what}…` : `Reading ${what}, ${place + 1} of ${count}…`);
}

function complain(name, words) {
  at("failed").append(Object.assign(document.createElement("li"), { textContent: `${name}: ${words}` }));
}

function summary(named) {
  const numbers = found();
  const complaints = [...at("failed").children];
  if (numbers.length === 0 && named.length > 1) return "No numbers were found.";
  if (numbers.length === 0) return complaints.splice(0).map((line) => { line.remove(); return line.textContent; })[0];
  const doubted = numbers.filter(isToLookAt).length;
  const count = numbers.length === 1 ? "One number" : `${numbers.length} numbers`;
  const where = named.length === 1 ? named[0].name : `${named.length} files`;
  const twice = repeated();
  const again = twice === 0 ? "" : twice === 1 ? " One of them stands more than once." : ` ${twice} of them stand more than once.`;
  return `${count} on ${where}; ${doubted === 0 ? "none" : doubted} to look at.${again} ${unpromisedInWords([...unpromised])}`.trim();
}

function say(state, words) {
  at("told").dataset.state = state;
  at("told").textContent = words;
}

function offerReview() {
  const count = found().filter(isDoubted).length;
  at("numbers-review").hidden = count === 0;
  at("numbers-review").disabled = false;
  at("numbers-review").textContent = count === 1 ? "Send one number to review" : `Send ${count} numbers to review`;
}

// Has the pages read once more, now with review of what is not accepted.
async function sendToReview() {
  at("numbers-review").disabled = true;
  at("sent").textContent = "Sending…";
  try {
    let count = 0;
    while (requests.length) {
      const { numbers } = await (await ask("v1/numbers?review=true", { method: "POST", body: requests[0] })).json();
      count += numbers.filter(({ review }) => review !== null).length;
      requests.shift(); // so that it is not sent again where the next one fails
    }
    at("numbers-review").hidden = true;
    at("sent").textContent = count === 1 ? "One number waits under Review." : `${count} numbers wait under Review.`;
    await refreshCount();
  } catch (error) {
    at("numbers-review").disabled = false;
    at("sent").textContent = "";
    throw error;
  }
}

// Holds the numbers that were read against a list, without reading them again.
async function matchAgain() {
  const { list, mostWrong } = chosen();
  const numbers = found().filter(({ reason }) => reason !== "corrected");
  const known = list.split("\n").map((line) => line.trim()).filter(Boolean);
  const asked = { numbers: numbers.map((each) => (each.reason === "blank" ? [] : each.alternatives)), known, ...(mostWrong && { max_error: Number(mostWrong) }) };
  const headers = { "content-type": "application/json" };
  const { matches } = await (await ask("v1/matches", { method: "POST", body: JSON.stringify(asked), headers })).json();
  matches.forEach(({ times, text, ...match }, place) => Object.assign(numbers[place], match.reason === "blank" ? {} : { text, ...match, matched: times > 0 }));
  settle([]);
  const fit = matches.filter(({ times }) => times > 0).length;
  say("read", `${fit} of ${numbers.length} numbers are on the list.${repeated() ? " Some stand more than once." : ""}`);
  at("match-read").hidden = true;
  offerReview();
}

// Keeps a number that was read wrong with its correction, which the table and its CSV then show too.
async function mend(label) {
  const number = mended;
  const form = new FormData();
  form.append("picture", cutOut(number), number.file);
  form.append("kind", "number");
  form.append("label", label);
  await ask("v1/reviews", { method: "POST", body: form });
  correct(number, label);
  at("sent").textContent = `Kept as ${label.replaceAll("_", "·")}.`;
  offerReview();
}
