// The hidden activations of many texts, one layer after another, each text run once.
//
// What is held is the residual stream of every text and one layer's activations at the places asked for:
// tokens · dModel + places · dMlp numbers, however many layers there are.
import { runBlock } from "../activations/block.ts";
import { rowBudget } from "../activations/chunk.ts";
import type { Executor } from "../activations/executor.ts";
import { Packing, type Reals, takeRows, zeros } from "../activations/packing.ts";

/** One layer at all places, "place dMlp". */
export interface HiddenLayer {
  readonly layer: number;
  readonly hidden: Reals;
}

export interface HiddenRequest {
  readonly texts: readonly (readonly number[])[];
  /** By text: the positions whose activations are wanted, rising. */
  readonly positions: readonly (readonly number[])[];
  /** The last layer that is wanted (default: the model's last). */
  readonly until?: number;
  /** Called between two passes, so that a person can stop; it throws to do so. */
  readonly between?: () => void;
}

interface Pack {
  readonly packing: Packing;
  stream: Reals;
  /** Rows wanted. */
  readonly rows: readonly number[];
}

export async function* hiddenLayers(executor: Executor, request: HiddenRequest): AsyncGenerator<HiddenLayer> {
  const { config } = executor.model;
  const packs = packed(executor, request);
  const places = packs.reduce((sum, { rows }) => sum + rows.length, 0);
  for (let layer = 0; layer <= (request.until ?? config.nLayers - 1); layer++) {
    const hidden = zeros(executor.precision, places * config.dMlp);
    let at = 0;
    for (const pack of packs) {
      request.between?.();
      pack.stream = await runBlock(executor, layer, pack.packing, pack.stream, {
        wanted: ["hidden"],
        keep: (_, value) => {
          hidden.set(takeRows(value, config.dMlp, pack.rows), at);
          at += pack.rows.length * config.dMlp;
        },
      });
    }
    yield { layer, hidden };
  }
}

function packed(executor: Executor, { texts, positions }: HiddenRequest): Pack[] {
  const budget = rowBudget(executor.model.config);
  const groups: number[][] = [];
  let rows = Infinity;
  for (const [text, ids] of texts.entries()) {
    if (ids.length === 0) continue;
    if (rows + ids.length > budget) {
      groups.push([]);
      rows = 0;
    }
    groups[groups.length - 1].push(text);
    rows += ids.length;
  }
  return groups.map((group) => {
    const packing = Packing.ofLengths(group.map((text) => texts[text].length));
    const stream = executor.embed(
      group.flatMap((text) => texts[text]),
      packing.positions,
    );
    const wanted = group.flatMap((text, r) => positions[text].map((position) => packing.rowStart[r] + position));
    return { packing, stream, rows: wanted };
  });
}
