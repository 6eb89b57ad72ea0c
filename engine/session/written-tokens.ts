// The tokens whose logits a direction in the normed stream raises and lowers most.
import type { LikelyDirection } from "../contract.ts";
import { directionLogits } from "../readout/direction.ts";
import { topIds } from "../readout/ranking.ts";
import type { Prepared } from "./prepare.ts";

/** Tokens listed at either end. */
const listed = 10;

/** @param direction "dModel"; the unembedding's bias stays out */
export async function byLogit(
  { executor, model }: Pick<Prepared, "executor" | "model">,
  direction: ArrayLike<number>,
): Promise<LikelyDirection> {
  const logits = await directionLogits(executor, direction);
  const negated = logits.map((logit) => -logit);
  const named = (ids: readonly number[]) => ids.map((id) => ({ token: model.tokenizer.token(id), logit: logits[id] }));
  return { promoted: named(topIds(logits, listed)), suppressed: named(topIds(negated, listed)) };
}
