// Effects in files are "ablated − present", so that what helps is negative; people are shown what a thing is worth.

/** @param effect change of the metric on ablation; 0 helps by nothing */
export function worthOf(effect: number): { readonly helps: boolean; readonly size: number } {
  return { helps: effect <= 0, size: Math.abs(effect) };
}

/** The interval of "present − ablated" from that of an effect: above 0 it helps. */
export function worthInterval([low, high]: readonly [number, number]): [number, number] {
  return [0 - high, 0 - low];
}

/** The largest |effect| of several, for bars beside one another. */
export function largestEffect(effects: Iterable<number | undefined>): number {
  let most = 0;
  for (const effect of effects) most = Math.max(most, Math.abs(effect ?? 0));
  return most;
}
