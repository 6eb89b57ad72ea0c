// Checks that the sizes of a config do not contradict each other.
import { EngineError } from "../base/errors.ts";
import { say, type Sentence } from "../base/sentence.ts";
import type { ModelConfig } from "./model.ts";

/** @throws EngineError "invalid-file" if the sizes contradict each other */
export function requireConsistent(config: ModelConfig, file: string): ModelConfig {
  const wrong = contradiction(config);
  if (wrong) throw new EngineError("invalid-file", say`${file}: ${wrong}.`, { place: { file } });
  return config;
}

function contradiction(config: ModelConfig): Sentence | undefined {
  const { nHeads, nKeyValueHeads, dHead, positions } = config;
  if (!Number.isInteger(dHead)) return say`a width of ${config.dModel} cannot be divided among ${nHeads} heads`;
  if (nHeads % nKeyValueHeads !== 0) {
    return say`${nHeads} query heads cannot be divided among ${nKeyValueHeads} key-value heads`;
  }
  if (positions.kind === "rotary" && (positions.rotaryDims % 2 !== 0 || positions.rotaryDims > dHead)) {
    return say`${positions.rotaryDims} rotary dimensions do not fit a head of ${dHead}: expected an even number up to it`;
  }
  if (!(config.norm.epsilon > 0)) return say`the norm's epsilon is ${config.norm.epsilon}, expected a number above 0`;
  return undefined;
}
