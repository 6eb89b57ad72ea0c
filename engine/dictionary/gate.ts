// Whether a dictionary fits the states it is used on: figures of a first look, and what is far off in sentences.
import { say, type Sentence } from "../base/sentence.ts";
import type { Reconstruction } from "../choices/dictionary.ts";

/** @returns what makes it implausible that the dictionary was made for states like these */
export function implausible({ l0, ev, dead, normRatio }: Reconstruction, features: number, width: number): Sentence[] {
  const found: Sentence[] = [];
  const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
  const remedy = say`Model, site, layer, centring or the scale of its input may be others than it was trained on.`;
  if (!(ev > 0.3)) found.push(say`It explains ${percent(ev)} of the states' variance here, far too little. ${remedy}`);
  if (l0 > width / 2)
    found.push(
      say`${l0.toFixed(0)} of its features fire in a state of ${width} numbers: they are not sparse. ${remedy}`,
    );
  if (l0 < 0.5) found.push(say`Only ${l0.toFixed(2)} of its ${features} features fire in a state. ${remedy}`);
  if (dead > 0.95) found.push(say`${percent(dead)} of its features fire nowhere in these texts.`);
  if (!(normRatio > 0.5 && normRatio < 2)) {
    found.push(say`What it reconstructs is ${normRatio.toPrecision(2)} times as long as the states. ${remedy}`);
  }
  return found;
}
