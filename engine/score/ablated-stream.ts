// The residual stream where every node gives its ablated output.
import type { Executor } from "../activations/executor.ts";
import type { Reals } from "../activations/packing.ts";
import { sourceIndex, type Topology } from "../circuit/topology.ts";
import { headUnit, mlpUnit } from "../circuit/unit.ts";

/** "row dModel" each. */
export interface AblatedStream {
  /** Before each layer. */
  readonly before: readonly Reals[];
  /** Between attention and MLP of each layer. */
  readonly middle: readonly Reals[];
  /** After the last layer. */
  readonly end: Reals;
}

/** @param outputs "source row·dModel", heads without the bias that all of a layer share, which is added here */
export function ablatedStream(
  { model }: Executor,
  { sizes }: Topology,
  outputs: Reals,
  entries: number,
): AblatedStream {
  const of = (source: number) => outputs.subarray(source * entries, (source + 1) * entries);
  const before: Reals[] = [];
  const middle: Reals[] = [];
  let stream: Reals = of(0).slice();
  for (let layer = 0; layer < sizes.nLayers; layer++) {
    before.push(stream);
    const heads = Array.from({ length: sizes.nHeads }, (_, head) => of(sourceIndex(sizes, headUnit(layer, head))));
    const attended = sum(stream, heads);
    const { b_O } = model.layer(layer);
    if (b_O) for (let i = 0; i < entries; i++) attended[i] += b_O[i % b_O.length];
    middle.push(attended);
    stream = sum(attended, [of(sourceIndex(sizes, mlpUnit(layer)))]);
  }
  return { before, middle, end: stream };
}

function sum(first: Reals, others: readonly Reals[]): Reals {
  const total = first.slice();
  for (const other of others) for (let i = 0; i < total.length; i++) total[i] += other[i];
  return total;
}
