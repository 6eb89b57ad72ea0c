// What every source of edges writes to the stream, one after another in the order of the topology.
import type { Executor } from "../activations/executor.ts";
import { type Reals, reals, zeros } from "../activations/packing.ts";
import { sourceIndex, type Topology } from "../circuit/topology.ts";
import { headUnit, mlpUnit } from "../circuit/unit.ts";
import { Program } from "../runtime/ort.ts";
import { headOutputGraph } from "../transformer/backward.ts";

/** What the nodes of a layer give: "row head·dHead", "row dModel". */
export interface NodeValues {
  readonly z: Reals;
  readonly mlpOut: Reals;
}

/**
 * Values, or differences of them: heads write without the bias that all of a layer share.
 *
 * @param input what the embedding writes, "row dModel"
 * @param at what the nodes of a layer give
 * @returns "source row·dModel"
 */
export async function sourceOutputs(
  executor: Executor,
  { sizes, sources }: Topology,
  input: Reals,
  at: (layer: number) => Promise<NodeValues>,
): Promise<Reals> {
  const entries = input.length;
  const outputs = zeros(executor.precision, sources.length * entries);
  outputs.set(input);
  for (let layer = 0; layer < sizes.nLayers; layer++) {
    const { z, mlpOut } = await at(layer);
    const heads = await writtenByHeads(executor, layer, z);
    outputs.set(heads, sourceIndex(sizes, headUnit(layer, 0)) * entries);
    outputs.set(mlpOut, sourceIndex(sizes, mlpUnit(layer)) * entries);
  }
  return outputs;
}

/** The program is compiled for this run alone: a layer's weights are not held beside the model's own. */
async function writtenByHeads(executor: Executor, layer: number, z: Reals): Promise<Reals> {
  const { config } = executor.model;
  const width = config.nHeads * config.dHead;
  const graph = headOutputGraph(config, executor.model.layer(layer), executor.precision);
  const program = await Program.compile(graph, { threads: executor.threads });
  try {
    return (await program.run({ z: reals([z.length / width, width], z) })).written.data as Reals;
  } finally {
    await program.dispose();
  }
}
