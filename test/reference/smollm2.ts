// Reference values of SmolLM2-135M-Instruct, and whether the model is here to be compared with them.
import { existsSync, readFileSync } from "node:fs";
import { smollm2Path, SMOLLM2 } from "../../engine/model/model-cache.ts";

export const smollm2File = smollm2Path();

export const smollm2IsHere = existsSync(smollm2File);

/** Ends the name of a test that needs the model, so that a skip says why. */
export const smollm2Reason = smollm2IsHere ? "" : ` (skipped: run "${SMOLLM2.command}" first)`;

export function smollm2Reference<T>(file: string): T {
  return JSON.parse(readFileSync(new URL(`smollm2/${file}`, import.meta.url), "utf8")) as T;
}
