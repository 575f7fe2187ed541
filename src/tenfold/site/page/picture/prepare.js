// Any picture of one digit to one 28×28 image that MNIST could contain: picture/prepare.py.

import { removeEdges } from "./edges.js";
import { SIDE, frame, isFramed } from "./frame.js";
import { separateInk } from "./ink.js";
import { inverted, raster, some, sum } from "./raster.js";
import { removeRulingLines } from "./rules.js";
import { keepDigit, strengthen, thicken } from "./strokes.js";
import { median } from "./rulings.js";

const WORTH_A_WORD = 0.02; // change of the ink, as a share of it, up to which a step is not told

// The image, the steps in words, the stages as pictures, and the picture as it came where it is 28×28 already.
export function prepare(grey) {
  for (const [image, steps] of [[grey, []], [inverted(grey), ["inverted"]]]) {
    if (isFramed(image)) return { image, steps, stages: [["picture", grey], ["28×28", image]], asItCame: null };
  }
  const layer = separateInk(grey);
  if (layer === null) return blank(grey, [], []);
  const steps = layer.steps;
  const stages = [["ink", layer.ink]];
  const chain = [
    [removeEdges, "edges removed"],
    [removeRulingLines, "lines removed"],
    [keepDigit, "surroundings removed"],
    [(ink) => strengthen(ink, layer.grain), "strengthened"],
    [thicken, "thickened"],
  ];
  let { ink, mask } = layer;
  for (const [change, step] of chain) {
    const before = sum(ink);
    [ink, mask] = change(ink, mask) ?? [ink, mask];
    if (Math.abs(sum(ink) - before) <= WORTH_A_WORD * before) continue;
    steps.push(step);
    stages.push([step, ink]);
  }
  if (!some(ink)) return blank(grey, steps, stages);
  const image = frame(ink);
  return { image, steps: [...steps, "framed"], stages: [["picture", grey], ...stages, ["28×28", image]], asItCame: asItCame(grey) };
}

function blank(grey, steps, stages) {
  const image = raster(SIDE, SIDE);
  return { image, steps, stages: [["picture", grey], ...stages, ["28×28", image]], asItCame: null };
}

// A picture of 28×28 as light ink on dark paper, its polarity by its middle; null for others.
function asItCame(grey) {
  if (grey.width !== SIDE || grey.height !== SIDE) return null;
  const middle = [...grey.data].filter((_, place) => place % SIDE >= SIDE / 4 && place % SIDE < SIDE - SIDE / 4);
  return median(middle) < 128 ? grey : inverted(grey);
}
