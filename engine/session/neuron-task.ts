// The hidden neurons of a circuit file, those with the strongest effects first, each seen on the prompts of a task.
import type { Execution } from "../choices/execution.ts";
import type { NeuronSettings } from "../choices/neurons.ts";
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import { keptUnits, requireFit } from "../circuit/kept.ts";
import type { NeuronsResult } from "../contract/neurons.ts";
import { readAside } from "./read-aside.ts";
import { neuronsNamed, neuronViews } from "./neuron-views.ts";
import { withTask } from "./prepare.ts";
import { recordedModel } from "./recorded-model.ts";

/** @throws EngineError "usage" where the search could not remove neurons; as `withTask`, `readCircuitFile` and `requireFit` */
export async function neuronTask(
  settings: NeuronSettings,
  options: { readonly execution?: Execution; readonly signal?: AbortSignal } = {},
): Promise<NeuronsResult> {
  const circuit = await readAside("circuit", settings.circuit, options.signal);
  if (!circuit.search.units.includes("neuron")) {
    throw new EngineError(
      "usage",
      say`${settings.circuit}: its search could not remove neurons, so all of them are in it; prune with "--units neurons".`,
      { place: { file: settings.circuit } },
    );
  }
  const { task, model = recordedModel(circuit, settings.circuit) } = settings;
  return withTask(
    { task, model, seed: circuit.task.seed, examples: circuit.task.examples },
    options,
    async (prepared) => {
      requireFit(circuit, settings.circuit, prepared.model.config, prepared.model.name);
      const ids = keptUnits(circuit).ids("neuron");
      const facts = new Map(circuit.nodes.map((node) => [node.id, node]));
      const sizeOf = (id: string) => Math.abs(facts.get(id)?.effect ?? facts.get(id)?.estimate ?? 0);
      const strongest = [...ids].sort((a, b) => sizeOf(b) - sizeOf(a)).slice(0, settings.top);
      const views = await neuronViews(prepared, neuronsNamed(prepared.model, strongest));
      const rows = strongest.map((id, i) => {
        const { effect, estimate } = facts.get(id) ?? {};
        return { id, effect, estimate, ...views[i] };
      });
      return { modelName: prepared.model.name, rows, total: ids.length };
    },
  );
}
