// The tokens whose logits a direction in the normed stream raises and lowers most.
import { zeros } from "../activations/packing.ts";
import type { LikelyDirection } from "../contract.ts";
import type { Prepared } from "./prepare.ts";

/** Tokens listed at either end. */
const listed = 10;

/** @param direction "dModel"; the unembedding's bias stays out */
export async function byLogit(
  { executor, model }: Pick<Prepared, "executor" | "model">,
  direction: ArrayLike<number>,
): Promise<LikelyDirection> {
  const normed = zeros(executor.precision, direction.length);
  normed.set(direction);
  const logits = await executor.logits(normed);
  const bias = model.unembedBias();
  const order = Array.from(logits, (logit, id) => ({ id, logit: logit - (bias?.[id] ?? 0) })).sort(
    (a, b) => b.logit - a.logit,
  );
  const named = (list: typeof order) => list.map(({ id, logit }) => ({ token: model.tokenizer.token(id), logit }));
  return { promoted: named(order.slice(0, listed)), suppressed: named(order.slice(-listed).reverse()) };
}
