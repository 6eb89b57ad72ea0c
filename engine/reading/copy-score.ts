// Copy scores: whether a head, where it attends to a token, writes that same token.
//
// Wang et al. 2023 (arXiv:2211.00593), section 3.1: the stream after block 0 at a token goes through W_V W_O of the head, the
// final norm and the unembedding; the score is the share of tokens that come out among the top five. Block 0 stands for
// what makes a word of an embedding. The head's own norm is applied on the way in, as in the paper, whose weights have
// the norms' gains folded in. Name movers of GPT-2 small score above 0.95, heads on average below 0.2.
import type { Executor } from "../activations/executor.ts";
import { Packing, type Reals, takeRows } from "../activations/packing.ts";
import { forEachLogits } from "../readout/logits.ts";
import { isAmongTop } from "../readout/ranking.ts";
import type { Example } from "../task/example.ts";
import type { OneHead } from "../score/one-head.ts";

export interface CopyScore {
  readonly copies: number;
  /** The same of the negated output: negative name movers put the token among the five least likely. */
  readonly suppresses: number;
}

const top = 5;

/** Tokens to copy: which prompts' rows, and their ids. */
interface Copied {
  /** "token dModel", what heads of layer 0 read, and what later heads are given. */
  readonly embedded: Reals;
  readonly afterBlock0: Reals;
  readonly ids: readonly number[];
}

/**
 * Scores by head id on the tokens at the named positions of the clean prompts; where a prompt has none of them, on every
 * token of it but the last.
 */
export async function copyScores(
  executor: Executor,
  examples: readonly Example[],
  heads: ReadonlyMap<string, OneHead>,
  named: readonly string[],
): Promise<Map<string, CopyScore>> {
  const copied = await tokensToCopy(executor, examples, named);
  const packing = Packing.ofLengths(copied.ids.map(() => 1));
  const scores = new Map<string, CopyScore>();
  for (const [id, head] of heads) {
    const stream = head.head.layer === 0 ? copied.embedded : copied.afterBlock0;
    // A token that is alone attends to itself: z is its value.
    const { z } = await head.run(packing, { q: stream, k: stream, v: stream }, { queries: "all" });
    const written = head.result(z);
    const negated = written.map((x) => -x) as Reals;
    scores.set(id, {
      copies: await shareAmongTop(executor, written, copied.ids),
      suppresses: await shareAmongTop(executor, negated, copied.ids),
    });
  }
  return scores;
}

async function tokensToCopy(
  executor: Executor,
  examples: readonly Example[],
  named: readonly string[],
): Promise<Copied> {
  const { dModel } = executor.model.config;
  const packing = Packing.ofLengths(examples.map(({ clean }) => clean.ids.length));
  const ids = examples.flatMap(({ clean }) => [...clean.ids]);
  const embedded = executor.embed(ids, packing.positions);
  const { z } = await executor.attention(0, packing, embedded, { queries: "all", wanted: ["z"] });
  const { residPost } = await executor.write(0, embedded, z, { wanted: ["residPost"] });
  const rows = examples.flatMap(({ clean, positions }, e) => {
    const own = named.flatMap((name) => positions[name] ?? []);
    const chosen = own.length > 0 ? own : clean.ids.slice(0, -1).map((_, position) => position);
    return chosen.map((position) => packing.rowStart[e] + position);
  });
  return {
    embedded: takeRows(embedded, dModel, rows),
    afterBlock0: takeRows(residPost, dModel, rows),
    ids: rows.map((row) => ids[row]),
  };
}

/** A tie counts against the token, so that a head which writes nothing copies nothing. */
async function shareAmongTop(executor: Executor, written: Reals, ids: readonly number[]): Promise<number> {
  let hits = 0;
  await forEachLogits(executor, written, (logits, row) => (hits += Number(isAmongTop(logits, ids[row], top))));
  return hits / ids.length;
}
