// The distribution that one row of logits stands for, in float64.

/** log Σ exp, shifted by the maximum. */
export function logSumExp(logits: ArrayLike<number>): number {
  let max = -Infinity;
  for (let i = 0; i < logits.length; i++) if (logits[i] > max) max = logits[i];
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += Math.exp(logits[i] - max);
  return max + Math.log(sum);
}

/** Probability of several tokens together, Σ exp(logit − log Σ exp). */
export function probabilityOf(
  ids: readonly number[],
  logits: ArrayLike<number>,
  normaliser: number = logSumExp(logits),
): number {
  return ids.reduce((sum, id) => sum + Math.exp(logits[id] - normaliser), 0);
}

/** KL(p‖q) = Σ p (log p − log q) in nats, both given as logits. */
export function klDivergence(p: ArrayLike<number>, q: ArrayLike<number>): number {
  const normaliserP = logSumExp(p);
  const normaliserQ = logSumExp(q);
  let sum = 0;
  for (let i = 0; i < p.length; i++) {
    const logP = p[i] - normaliserP;
    sum += Math.exp(logP) * (logP - (q[i] - normaliserQ));
  }
  return sum;
}
