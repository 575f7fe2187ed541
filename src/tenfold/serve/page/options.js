// Options: what a person knows of the numbers on the pages.

import { canPromise } from "./model.js";
import { onlySigns } from "./pictures.js";

const at = (id) => document.getElementById(id);

const listed = () => at("list").value.split("\n").filter((line) => line.trim()).length;
const counted = (count, one, many) => (count === 1 ? one : many.replace("#", count.toLocaleString("en")));

// `changed` is called when a person chooses something else.
export function startOptions(changed) {
  for (const id of ["length", "grid-rows", "grid-columns"]) onlySigns(at(id), () => [..."0123456789"]);
  at("list-file").addEventListener("change", async ({ target }) => {
    const [file] = target.files;
    if (file) at("list").value = await file.text();
    target.value = "";
    showChosen();
    changed();
  });
  at("options").addEventListener("input", ({ target }) => {
    if (target.type === "file") return;
    showChosen();
    changed();
  });
  showChosen();
}

// Offers the forms that are kept.
export function offerForms(forms) {
  const choice = at("as-form");
  const before = choice.value;
  choice.replaceChildren(new Option("none", ""), ...forms.map(({ name }) => new Option(name, name)));
  choice.value = forms.some(({ name }) => name === before) ? before : "";
  at("form-choice").hidden = forms.length === 0;
  showChosen();
}

// Puts the options into a form for the server.
export function addOptions(form) {
  const { asForm, length, rows, columns, mostWrong, list, once } = chosen();
  if (asForm) form.append("form", asForm);
  if (length) form.append("digits", length);
  if (rows && columns) form.append("grid", `${rows}x${columns}`);
  if (mostWrong) form.append("max_error", mostWrong);
  if (list) form.append("known", new Blob([list], { type: "text/csv" }), "list.csv");
  if (once) form.append("unique", "true");
}

export function chosen() {
  const asForm = at("as-form").value; // a form says itself how many digits its fields have
  return {
    asForm,
    length: asForm ? "" : at("length").value,
    rows: asForm ? "" : at("grid-rows").value,
    columns: asForm ? "" : at("grid-columns").value,
    mostWrong: at("most-wrong").value,
    list: listed() ? at("list").value : "",
    once: at("once").checked && listed() > 0,
  };
}

// Offers the shares of wrong numbers that can be promised, and takes another one back.
function offerPromises() {
  const choice = at("most-wrong");
  for (const option of choice.options) option.hidden = option.disabled = !canPromise(option.value, listed() > 0);
  if (choice.selectedOptions[0]?.disabled) choice.value = "";
}

// Shows what is chosen beside the word Options, and how long the list is.
export function showChosen() {
  offerPromises();
  const { asForm, length, rows, columns, mostWrong, list, once } = chosen();
  for (const id of ["length", "grid-rows", "grid-columns"]) at(id).closest(".field").hidden = Boolean(asForm);
  at("once").disabled = !list;
  at("list-count").textContent = list ? counted(listed(), "one line", "# lines") : "";
  at("chosen-options").textContent = [
    asForm && `the form ${asForm}`,
    length && counted(Number(length), "one digit", "# digits"),
    rows && columns && `${rows} × ${columns}`,
    mostWrong && `at most ${Number((100 * mostWrong).toFixed(2))}% wrong`,
    list && `a list of ${listed().toLocaleString("en")}${once ? ", each once" : ""}`,
  ].filter(Boolean).map((words) => ` · ${words}`).join("");
}
