// The audit: whether what was promised of the accepted answers still holds.

import { ask, sentence } from "./api.js";

const at = (id) => document.getElementById(id);

export async function showAudit() {
  const { promises } = await (await ask("v1/audit")).json();
  at("audit").hidden = promises.length === 0;
  at("audited").replaceChildren(...promises.map(line));
}

function line({ told, state }) {
  const item = document.createElement("li");
  item.textContent = sentence(told);
  item.classList.toggle("alarm", state !== "kept");
  return item;
}
