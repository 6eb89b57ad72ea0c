// What a dictionary is compared with: features in random directions, and principal components, as many for each state as it uses.
import { Random } from "../base/random.ts";
import { SparseDictionary } from "./sparse-dictionary.ts";
import type { DictionaryWeights } from "./weights.ts";

/**
 * Random unit directions, the k that fit a state best, all multiplied by the one number that reconstructs `fit` best.
 *
 * @param fit states "row width" that the figures are not of
 */
export async function randomDictionary(
  fit: Float32Array,
  width: number,
  features: number,
  k: number,
  seed: number,
): Promise<SparseDictionary> {
  const random = Random.seeded(seed, "random-dictionary");
  const wDec = new Float32Array(features * width);
  const wEnc = new Float32Array(width * features);
  for (let j = 0; j < features; j++) {
    const row = Float64Array.from({ length: width }, () => random.normal());
    const norm = Math.hypot(...row);
    for (let i = 0; i < width; i++) wEnc[i * features + j] = wDec[j * width + i] = row[i] / norm;
  }
  const bDec = meanOf(fit, width);
  const weights: DictionaryWeights = {
    dIn: width,
    dSae: features,
    dOut: width,
    wEnc,
    bEnc: new Float32Array(features),
    wDec,
    bDec,
    selection: { kind: "topk", k: Math.max(1, Math.min(k, features)), rescale: false },
    normalisation: "none",
    centred: true,
    transcodes: false,
  };
  const plain = new SparseDictionary(weights);
  const guess = plain.decode(await plain.encode(fit), fit);
  await plain.dispose();
  let [own, both] = [0, 0];
  guess.forEach((value, at) => {
    const away = value - bDec[at % width];
    own += away * away;
    both += away * (fit[at] - bDec[at % width]);
  });
  const scale = own > 0 ? both / own : 0;
  return new SparseDictionary({ ...weights, wDec: wDec.map((w) => w * scale) });
}

const powerSteps = 6;

/**
 * The first k principal components of states, by subspace iteration.
 *
 * @returns the projection of other states on them: "row width" → "row width"
 */
export function principalComponents(
  states: Float32Array,
  width: number,
  k: number,
  seed: number,
): (x: Float32Array) => Float32Array {
  const mean = meanOf(states, width);
  const rows = states.length / width;
  const random = Random.seeded(seed, "pca");
  let basis: Float64Array[] = Array.from({ length: Math.min(k, width) }, () =>
    Float64Array.from({ length: width }, () => random.normal()),
  );
  for (let step = 0; step < powerSteps; step++) {
    const next = basis.map(() => new Float64Array(width));
    for (let row = 0; row < rows; row++) {
      for (let b = 0; b < basis.length; b++) {
        let along = 0;
        for (let i = 0; i < width; i++) along += (states[row * width + i] - mean[i]) * basis[b][i];
        for (let i = 0; i < width; i++) next[b][i] += along * (states[row * width + i] - mean[i]);
      }
    }
    basis = orthonormalised(next);
  }
  return (x) => {
    const out = new Float32Array(x.length);
    for (let start = 0; start < x.length; start += width) {
      out.set(mean, start);
      for (const direction of basis) {
        let along = 0;
        for (let i = 0; i < width; i++) along += (x[start + i] - mean[i]) * direction[i];
        for (let i = 0; i < width; i++) out[start + i] += along * direction[i];
      }
    }
    return out;
  };
}

export function meanOf(states: Float32Array, width: number): Float32Array {
  const sums = new Float64Array(width);
  for (let at = 0; at < states.length; at++) sums[at % width] += states[at];
  return Float32Array.from(sums, (sum) => sum / Math.max(1, states.length / width));
}

function orthonormalised(vectors: readonly Float64Array[]): Float64Array[] {
  const basis: Float64Array[] = [];
  for (const vector of vectors) {
    const left = vector.slice();
    for (const known of basis) {
      let along = 0;
      for (let i = 0; i < left.length; i++) along += left[i] * known[i];
      for (let i = 0; i < left.length; i++) left[i] -= along * known[i];
    }
    const norm = Math.sqrt(left.reduce((sum, x) => sum + x * x, 0));
    if (norm > 0) basis.push(left.map((x) => x / norm));
  }
  return basis;
}
