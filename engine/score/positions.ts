// Token positions of examples: by the name that the task gives them, or as an index into the prompt.
import { EngineError } from "../base/errors.ts";
import { say, sayList } from "../base/sentence.ts";
import type { Example } from "../task/example.ts";

/** A named position of the examples ("S2", "END"), or an index from 0. */
export type Position = string | number;

/** @throws EngineError "usage" where the example has no such position */
export function positionOf(example: Example, position: Position): number {
  const { length } = example.clean.ids;
  const index = typeof position === "number" ? position : example.positions[position];
  if (index !== undefined && Number.isInteger(index) && index >= 0 && index < length) return index;
  const named = Object.keys(example.positions);
  const remedy =
    typeof position === "number"
      ? say`its prompts have ${length} tokens; take indices from 0 to ${length - 1}, or named positions`
      : say`it has ${named.length > 0 ? sayList(named, ", ") : say`no named positions`}; name one of these, or use an index`;
  throw new EngineError(
    "usage",
    say`Example ${example.index} has no position ${JSON.stringify(position)}: ${remedy}.`,
    {
      example: example.index,
      position,
    },
  );
}

/**
 * Every index where all prompts are of one length, otherwise the names that all examples share, in order of place.
 *
 * @throws EngineError "usage" where the examples have neither in common
 */
export function commonPositions(examples: readonly Example[]): readonly Position[] {
  const [first] = examples;
  const { length } = first.clean.ids;
  if (examples.every((example) => example.clean.ids.length === length)) return Array.from({ length }, (_, i) => i);
  const names = Object.keys(first.positions)
    .filter((name) => examples.every((example) => name in example.positions))
    .sort((a, b) => first.positions[a] - first.positions[b]);
  if (names.length > 0) return names;
  throw new EngineError(
    "usage",
    say`The prompts differ in length and share no named position, so there is no common set of positions. Name positions in the task.`,
  );
}

/** For every row of whole prompts packed one after another: the indices into `positions` that it stands at. */
export function positionSlots(examples: readonly Example[], positions: readonly Position[]): readonly number[][] {
  return examples.flatMap((example) => {
    const rows: number[][] = example.clean.ids.map(() => []);
    positions.forEach((position, p) => rows[positionOf(example, position)].push(p));
    return rows;
  });
}
