// Whether some of the examples that a circuit is measured on are examples that it was searched on.
import { say, type Sentence } from "../base/sentence.ts";
import type { Circuit } from "../circuit/circuit-schema.ts";
import { taskSettingsOf } from "../circuit/settings-of-circuit.ts";
import { expandTask } from "../task/expand.ts";
import type { Prepared } from "./prepare.ts";

const PARTS = ["discovery", "validation", "heldOut"] as const;

/**
 * A sentence for validation and for held-out examples some of whose clean prompts the search saw: where other numbers of examples or
 * another seed are asked for than the circuit was found with, listed prompts are shared out anew.
 */
export function searchedNotes(circuit: Circuit, prepared: Prepared): Sentence[] {
  const { task, model, heldOut, validation } = prepared;
  if (circuit.task.sha256 !== task.sha256 || circuit.model.sha256 !== model.sha256) return [];
  const { examples, seed, corruption, bos } = taskSettingsOf(circuit);
  if (seed === prepared.seed && PARTS.every((part) => examples?.[part] === prepared[part].length)) return [];
  const own = expandTask(task, model.tokenizer, { examples, seed, corruption, bos });
  const searched = new Set(own.examples.filter(({ split }) => split === "discovery").map(({ clean }) => clean.text));
  const parts = [
    [validation, say`validation`],
    [heldOut, say`held-out`],
  ] as const;
  return parts.flatMap(([all, part]) => {
    const seen = all.filter(({ clean }) => searched.has(clean.text)).length;
    if (seen === 0) return [];
    return [
      say`${seen} of the ${all.length} ${part} examples have a clean prompt that this circuit was searched on, so they say too much for it. The numbers of examples and the seed of its file keep them apart.`,
    ];
  });
}
