// The page: which of its parts is shown.

import { tell } from "./api.js";
import { showClasses, startDrawing } from "./draw.js";
import { fetchModel, readsNumbers } from "./model.js";
import { showChosen } from "./options.js";
import { startReading } from "./read.js";
import { openReview, refreshCount, startReviewing } from "./review.js";

function open() {
  const asked = location.hash.slice(1);
  const name = ["read", "review"].includes(asked) ? asked : "draw";
  for (const part of document.querySelectorAll("main")) part.hidden = part.id !== name;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.hash === `#${name}`) link.setAttribute("aria-current", "page"); else link.removeAttribute("aria-current");
  }
  if (name === "review") tell(openReview);
}

startDrawing();
startReading();
startReviewing();
addEventListener("hashchange", open);
open();
tell(async () => {
  await fetchModel();
  showClasses();
  showChosen();
  if (!readsNumbers() && location.hash === "#read") location.hash = "#draw";
  await refreshCount();
});
