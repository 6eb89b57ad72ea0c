// Between a circuit file's lists and a set of units: what is kept, at the end and after any step.
import { EngineError } from "../base/errors.ts";
import { say, type Sentence } from "../base/sentence.ts";
import type { Circuit } from "./circuit-schema.ts";
import { parseUnit, type Unit, type UnitSizes } from "./unit.ts";
import { UnitSpace, type UnitSet } from "./unit-set.ts";

/** The kept units of a circuit. */
export function keptUnits({ kept, model, search }: Circuit): UnitSet {
  return new UnitSpace(model, search.units).setOf(keptIds(kept).map(unitOf));
}

/** Ids of what the field `kept` lists. */
export function keptIds(kept: Circuit["kept"]): string[] {
  const { heads = [], mlps = [], neurons = {}, features = {}, errors = [] } = kept;
  return [
    ...heads,
    ...mlps,
    ...Object.entries(neurons).flatMap(([mlp, list]) => list.map((neuron) => `${mlp}.n${neuron}`)),
    ...Object.entries(features).flatMap(([laid, list]) => list.map((feature) => `${laid}.f${feature}`)),
    ...errors,
  ];
}

/** The field `kept` for a set; neurons of a removed MLP are removed with it. */
export function keptOf(units: UnitSet): Circuit["kept"] {
  const { kinds } = units.space;
  const neurons: Record<string, number[]> = {};
  for (const unit of units.units("neuron")) {
    if (unit.kind !== "neuron" || !units.has({ kind: "mlp", layer: unit.layer })) continue;
    (neurons[`m${unit.layer}`] ??= []).push(unit.neuron);
  }
  const features: Record<string, number[]> = {};
  for (const unit of units.units("feature")) {
    if (unit.kind === "feature") (features[`d${unit.layer}`] ??= []).push(unit.feature);
  }
  return {
    ...(kinds.includes("head") && { heads: units.ids("head") }),
    ...(kinds.includes("mlp") && { mlps: units.ids("mlp") }),
    ...(kinds.includes("neuron") && { neurons }),
    ...(kinds.includes("feature") && { features }),
    ...(kinds.includes("error") && { errors: units.ids("error") }),
  };
}

/**
 * The units that were kept after a step of the trajectory (its field `step`); 0 is the full model.
 * @throws EngineError "usage" when the trajectory has no such step
 */
export function keptAfterStep(circuit: Circuit, step: number): UnitSet {
  const { trajectory } = circuit.search;
  if (step !== 0 && !trajectory.some((entry) => entry.step === step)) {
    const last = trajectory.at(-1)?.step ?? 0;
    throw new EngineError("usage", say`The trajectory has no step ${step}; choose one of 0 to ${last}.`, { step });
  }
  return trajectory
    .filter((entry) => entry.step <= step)
    .reduce(
      (units, entry) => units.without(entry.removed.map(unitOf)).with((entry.added ?? []).map(unitOf)),
      new UnitSpace(circuit.model, circuit.search.units).full(),
    );
}

/**
 * Says so when a circuit is of a model of other sizes than the one at hand.
 * @throws EngineError "shape" naming both models and sizes
 */
export function requireFit(circuit: Circuit, file: string, sizes: UnitSizes, modelName: string): void {
  const { model } = circuit;
  if (model.nLayers === sizes.nLayers && model.nHeads === sizes.nHeads && model.dMlp === sizes.dMlp) return;
  const sentence = say`${file}: the circuit is of ${model.name} (${describe(model)}) and does not fit ${modelName} (${describe(sizes)}). Choose the model it was found in.`;
  throw new EngineError("shape", sentence, { place: { file } });
}

function describe({ nLayers, nHeads, dMlp }: UnitSizes): Sentence {
  return say`${nLayers} layers, ${nHeads} heads, ${dMlp} neurons per MLP`;
}

function unitOf(id: string): Unit {
  const unit = parseUnit(id);
  if (!unit) throw new Error(`internal: "${id}" is not a unit`);
  return unit;
}
