// What every source of edges writes to the stream, one after another in the order of the topology.
import type { Executor } from "../activations/executor.ts";
import type { HeldPrograms } from "../activations/held-programs.ts";
import { type Reals, reals, zeros } from "../activations/packing.ts";
import { sourceIndex, type Topology } from "../circuit/topology.ts";
import { headUnit, mlpUnit } from "../circuit/unit.ts";
import type { ModelConfig } from "../model/model.ts";
import type { Program } from "../runtime/ort.ts";
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
 * @param heads what the heads of a layer write: z "row head·dHead" → "head row·dModel"
 * @returns "source row·dModel"
 */
export async function sourceOutputs(
  executor: Executor,
  { sizes, sources }: Topology,
  input: Reals,
  at: (layer: number) => Promise<NodeValues>,
  heads: (layer: number, z: Reals) => Promise<Reals>,
): Promise<Reals> {
  const entries = input.length;
  const outputs = zeros(executor.precision, sources.length * entries);
  outputs.set(input);
  for (let layer = 0; layer < sizes.nLayers; layer++) {
    const { z, mlpOut } = await at(layer);
    outputs.set(await heads(layer, z), sourceIndex(sizes, headUnit(layer, 0)) * entries);
    outputs.set(mlpOut, sourceIndex(sizes, mlpUnit(layer)) * entries);
  }
  return outputs;
}

/** What the heads of a layer write, by programs that are held. */
export const writtenByHeads =
  (executor: Executor, programs: HeldPrograms) =>
  (layer: number, z: Reals): Promise<Reals> => {
    const { model, precision } = executor;
    const build = () => headOutputGraph(model.config, model.layer(layer), precision);
    return programs.of(`${layer}/written-by-heads`, build, (program) => runHeadOutput(program, model.config, z));
  };

/** z "row head·dHead" → "head row·dModel". @param program of `headOutputGraph` */
export async function runHeadOutput(
  program: Program,
  { nHeads, dHead }: Pick<ModelConfig, "nHeads" | "dHead">,
  z: Reals,
): Promise<Reals> {
  const width = nHeads * dHead;
  return (await program.run({ z: reals([z.length / width, width], z) })).written.data as Reals;
}
