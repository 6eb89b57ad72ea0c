// Random tokens of the shipped text, behind its first one: sources that have nothing to do with what is asked.
import { FILE_KINDS, readWholeText } from "../base/read-file.ts";
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import type { Random } from "../base/random.ts";
import { shippedCorpus } from "../corpus/shipped.ts";
import type { Model } from "../model/model.ts";

export interface NeutralPlace {
  readonly ids: readonly number[];
  readonly position: number;
}

/** @param not a token that none of them has @throws EngineError "unsupported" where the tokenizer can write too little of it */
export function neutralPlaces(model: Model, count: number, random: Random, not?: number): NeutralPlace[] {
  const lines = readWholeText(shippedCorpus(model.tokenizer), FILE_KINDS.taskRows).split("\n");
  const places: NeutralPlace[] = [];
  for (let tries = 0; places.length < count; tries++) {
    if (tries > 100 * count) {
      throw new EngineError(
        "unsupported",
        say`${model.name} can write too little of the shipped text for ${count} draws.`,
      );
    }
    const line = lines[random.below(lines.length)].trim();
    if (line === "" || model.tokenizer.unknown(line).length > 0) continue;
    const ids = model.tokenizer.encode(line);
    const position = 1 + random.below(Math.max(1, ids.length - 1));
    if (ids.length < 2 || ids.length > model.config.nContext || ids[position] === not) continue;
    places.push({ ids, position });
  }
  return places;
}
