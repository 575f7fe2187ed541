// The page: which of its parts is shown.

import { tell } from "./api.js";
import { showClasses, startDrawing } from "./draw.js";
import { openForms, startForms } from "./forms.js";
import { fetchModel, readsNumbers } from "./model.js";
import { showChosen } from "./options.js";
import { startReading } from "./read.js";
import { openReview, refreshCount, startReviewing } from "./review.js";

function open() {
  const asked = location.hash.slice(1);
  const name = ["read", "forms", "review"].includes(asked) ? asked : "draw";
  for (const part of document.querySelectorAll("main")) part.hidden = part.id !== name;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.hash === `#${name}`) link.setAttribute("aria-current", "page"); else link.removeAttribute("aria-current");
  }
  if (name === "review") tell(openReview);
  if (name === "forms") tell(openForms);
}

startDrawing();
startReading();
startReviewing();
startForms();
addEventListener("hashchange", open);
open();
tell(async () => {
  await fetchModel();
  showClasses();
  showChosen();
  if (!readsNumbers() && ["#read", "#forms"].includes(location.hash)) location.hash = "#draw";
  if (readsNumbers()) await openForms();
  await refreshCount();
});
