// A text written twice, without and with directions, and how much they moved the chance of every token that was written.
//
// Four rows grow together: the clean text, the steered one, and each of them read by the other model.
import type { Note } from "../base/sentence.ts";
import type { Executor } from "../activations/executor.ts";
import type { Fired } from "../activations/plan-runner.ts";
import { PlanSession } from "../activations/plan-session.ts";
import { Random } from "../base/random.ts";
import type { EndReason } from "../choices/generate.ts";
import type { SteeredSample, SteeredToken, VectorApplyPart } from "../choices/vector.ts";
import type { FreeChange } from "../evaluate/neutral-effect.ts";
import { continuation, described } from "../generation/generate.ts";
import { nextToken, type Sampling } from "../generation/sampler.ts";
import { GrowingText } from "../generation/stops.ts";
import { logSumExp } from "../readout/distribution.ts";

export interface SteeredSettings {
  readonly sampling: Sampling;
  readonly maxTokens: number;
  readonly stopIds: readonly number[];
  readonly seed: number;
}

export interface SteeredOptions {
  readonly signal?: AbortSignal;
  readonly onToken?: (part: VectorApplyPart) => void;
}

interface Side {
  readonly side: "clean" | "steered";
  readonly row: number;
  /** The row in which the other model reads this side's text. */
  readonly reader: number;
  readonly tokens: SteeredToken[];
  readonly shown: GrowingText;
  /** Both sides draw the same random numbers, so that they part where the direction parts them. */
  readonly random: Random;
  text: string;
  ended: EndReason | undefined;
}

/** Alternatives named at every step. */
const alternatives = 5;

/** @throws EngineError "usage" where a change does not fit; "cancelled" */
export async function steeredText(
  executor: Executor,
  prompt: readonly number[],
  changes: readonly FreeChange[],
  { sampling, maxTokens, stopIds, seed }: SteeredSettings,
  { signal, onToken }: SteeredOptions = {},
): Promise<{
  readonly clean: SteeredSample;
  readonly steered: SteeredSample;
  readonly fired: readonly Fired[];
  readonly notes: readonly Note[];
}> {
  const { tokenizer } = executor.model;
  const bare = { worlds: [{ ids: prompt }], changes: [], read: [] };
  const changed = { ...bare, changes: changes.map((change) => ({ ...change, world: 0 })) };
  const session = await PlanSession.open(executor, [bare, changed, changed, bare], { signal });
  const textOf = continuation(tokenizer, prompt);
  const sides = (["clean", "steered"] as const).map((side, row): Side => ({
    side,
    row,
    reader: row + 2,
    tokens: [],
    shown: new GrowingText([]),
    random: Random.seeded(seed, "generation/0"),
    text: "",
    ended: undefined,
  }));
  for (;;) {
    const growing = sides.filter(({ ended }) => ended === undefined);
    if (growing.length === 0) break;
    for (const side of growing) {
      const logits = session.logits(side.row);
      const id = nextToken(logits, sampling, side.random);
      const token = described(tokenizer, logits, id, alternatives);
      const reader = session.logits(side.reader);
      const other = reader[id] - logSumExp(reader);
      const moved = side.side === "steered" ? token.logProbability - other : other - token.logProbability;
      side.tokens.push({ ...token, moved });
      const isEnd = stopIds.includes(id);
      const ids = side.tokens.map((one) => one.id);
      const { shown } = side.shown.grow(textOf(isEnd ? ids.slice(0, -1) : ids));
      side.ended = isEnd
        ? "stop-token"
        : side.tokens.length >= maxTokens
          ? "length"
          : session.room(side.row) === 0
            ? "context"
            : undefined;
      const rest = side.ended === undefined ? "" : side.shown.rest();
      side.text += shown + rest;
      onToken?.({ side: side.side, token, shown: shown + rest, moved });
    }
    const next = sides
      .filter(({ ended }) => ended === undefined)
      .flatMap(({ row, reader, tokens }) => {
        const { id } = tokens.at(-1)!;
        return [
          { row, id },
          { row: reader, id },
        ];
      });
    if (next.length > 0) await session.next(next);
  }
  const [clean, steered] = sides.map(({ tokens, text, ended }): SteeredSample => ({ tokens, text, ended: ended! }));
  return { clean, steered, fired: session.fired(1), notes: session.notes(1) };
}
