// The reader: pixels in, a digit and how sure it is out, as `Reader.digit` of the Python package answers.

import { toGrey } from "./picture/grey.js";
import { prepare } from "./picture/prepare.js";
import { most } from "./picture/raster.js";

const FAINTEST_INK = 32; // a picture whose strongest ink is below this, of 255, is blank

// Loads network and runtime; `tell` is given the share of the bytes that have come, 0 to 1.
export async function openReader(tell) {
  const about = await (await fetched("site.json")).json();
  const [{ env, InferenceSession, Tensor }, engine, network] = await Promise.all([
    import("./runtime.mjs"), unpacked("runtime.wasm.gz", tell), fetched("model.onnx"),
  ]);
  Object.assign(env.wasm, { wasmBinary: engine, numThreads: 1, proxy: false });
  env.logLevel = "error";
  const session = await InferenceSession.create(new Uint8Array(await network.arrayBuffer()), { executionProviders: ["wasm"] });
  const [input] = session.inputNames;
  const [answers, , scores] = session.outputNames;
  const ask = async ({ width, height, data }) => {
    const wanted = scores ? [answers, scores] : [answers];
    const given = await session.run({ [input]: new Tensor("uint8", data, [1, height, width]) }, wanted);
    return { probabilities: calibrated([...given[answers].data], about.sharper), outlier: scores ? given[scores].data[0] : 0 };
  };
  return { classes: about.classes, read: (pixels) => read(pixels, ask, about) };
}

// Dividing the logits by a temperature is taking a power of the probabilities.
function calibrated(probabilities, sharper) {
  if (sharper === 1) return probabilities;
  const powers = probabilities.map((value) => value ** sharper);
  const total = powers.reduce((sum, value) => sum + value, 0);
  return powers.map((value) => value / total);
}

async function read(pixels, ask, about) {
  const prepared = await chosen(prepare(toGrey(pixels)), ask);
  const { probabilities, outlier } = await ask(prepared.image);
  const probability = Math.max(...probabilities);
  const reason = most(prepared.image) < FAINTEST_INK ? "blank" : outlier >= about.out_of_distribution ? "not-a-digit" : null;
  return {
    digit: reason === "blank" ? null : about.classes[probabilities.indexOf(probability)],
    probability, probabilities, reason, accepted: reason === null, steps: prepared.steps, image: prepared.image,
    stages: prepared.stages.map(([name, grey]) => ({ name, picture: shown(grey) })),
  };
}

// A picture of 28×28 may be right as it came: the one that the network is surer of is taken.
async function chosen(prepared, ask) {
  if (prepared.asItCame === null) return prepared;
  const sure = async (image) => {
    const { probabilities, outlier } = await ask(image);
    return Math.max(...probabilities) * (1 - outlier);
  };
  if (await sure(prepared.asItCame) <= await sure(prepared.image)) return prepared;
  const stages = [prepared.stages[0], ["as it came", prepared.asItCame]];
  return { image: prepared.asItCame, steps: ["taken as it came"], stages };
}

function shown({ width, height, data }) {
  const pixels = new ImageData(width, height);
  const words = new Uint32Array(pixels.data.buffer);
  for (let place = 0; place < data.length; place++) words[place] = 0xff000000 + 0x010101 * data[place];
  return pixels;
}

// A file of the site: what the service worker keeps, or else from the network.
async function fetched(name) {
  const kept = "caches" in globalThis ? await caches.match(name) : undefined;
  const answer = kept ?? await fetch(name);
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  return answer;
}

// A file that was packed by gzip; some servers have it unpacked on the way.
async function unpacked(name, tell) {
  const answer = await fetched(name);
  const total = Number(answer.headers.get("content-length"));
  let come = 0;
  const counted = new TransformStream({
    transform(chunk, control) {
      come += chunk.length;
      if (total) tell(Math.min(1, come / total));
      control.enqueue(chunk);
    },
  });
  const bytes = new Uint8Array(await new Response(answer.body.pipeThrough(counted)).arrayBuffer());
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes.buffer;
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}
