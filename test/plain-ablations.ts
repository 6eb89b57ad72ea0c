// What each kind of ablation gives, had another way, one row a kind: in runs of the plain transformer, and as a change of a plan.
import type {
  AblatedSite,
  Ablation,
  AblationChoice,
  AblationOf,
  UnitConstants,
} from "../engine/activations/ablation.ts";
import type { Value } from "../engine/activations/plan.ts";
import { Random } from "../engine/base/random.ts";
import type { AblationKind } from "../engine/choices/lists.ts";
import type { Unit } from "../engine/circuit/unit.ts";
import type { Model, ModelConfig } from "../engine/model/model.ts";
import type { Example } from "../engine/task/example.ts";
import type { Site } from "../engine/transformer/sites.ts";
import { affine, plainRun, type Rows } from "./plain-transformer.ts";

/** A node at one position of one example. */
interface PlainPlace {
  /** What the node writes there in the corrupt run, or in the clean one where that is the reference. */
  readonly own: readonly number[];
  /** The mean of what it writes in the runs of the reference. */
  readonly averaged: () => number[];
  /** What it writes where its constant stands in its place. */
  readonly constant: () => number[];
}

/** A unit in one example of a plan whose worlds are the clean prompts, the corrupt ones, and the clean ones again, which nothing changes. */
interface PlannedPlace {
  readonly corrupt: number;
  /** Worlds of the reference, and those of them as long as the example. */
  readonly worlds: readonly number[];
  readonly asLong: readonly number[];
  readonly constant: () => Promise<readonly number[]>;
}

interface PlainAblation<Of extends Ablation> {
  /** What is tried of it, by name. */
  readonly tried: readonly (readonly [name: string, choice: Omit<AblationChoice, "kind">])[];
  given(place: PlainPlace, ablation: Of): readonly number[];
  value(place: PlannedPlace, ablation: Of): Value | Promise<Value>;
}

const ROWS: { readonly [Kind in AblationKind]: PlainAblation<AblationOf<Kind>> } = {
  resample: {
    tried: [["resample", { reference: "paired", perPosition: false }]],
    given: ({ own }) => own,
    value: ({ corrupt }) => ({ world: corrupt }),
  },
  mean: {
    tried: [
      ["mean over corrupt prompts", { reference: "corrupt", perPosition: false }],
      ["mean over clean prompts, by position", { reference: "clean", perPosition: true }],
    ],
    given: ({ averaged }) => averaged(),
    value: ({ worlds, asLong }, { perPosition }) => ({
      mean: perPosition ? { worlds: asLong, perPosition: true } : { worlds },
    }),
  },
  zero: {
    tried: [["zero", { reference: "paired", perPosition: false }]],
    given: ({ own }) => own.map(() => 0),
    value: () => "zero",
  },
  optimal: {
    tried: [["optimal", { reference: "paired", perPosition: false }]],
    given: ({ constant }) => constant(),
    value: async ({ constant }) => ({ vector: await constant() }),
  },
};

const rowOf = ({ kind }: Ablation): PlainAblation<Ablation> => ROWS[kind];

/** Everything that is tried of every kind. */
export const TRIED_ABLATIONS = (Object.keys(ROWS) as AblationKind[]).flatMap((kind) =>
  ROWS[kind].tried.map(([name, choice]): readonly [string, AblationChoice] => [name, { kind, ...choice }]),
);

/** Any constants will do where what is asked is whether all methods put in the same ones. */
export function readyAblation({ kind, ...choice }: AblationChoice, config: ModelConfig): Ablation {
  return kind === "optimal" ? { ...choice, kind, constants: drawnConstants(config) } : { ...choice, kind };
}

function drawnConstants({ nLayers, nHeads, dHead, dModel, dMlp }: ModelConfig): UnitConstants {
  const widths: Partial<Record<AblatedSite, number>> = {
    z: nHeads * dHead,
    mlpOut: dModel,
    hidden: dMlp,
    input: dModel,
  };
  const drawn = (site: AblatedSite) =>
    Array.from({ length: nLayers }, (_, layer) => {
      const random = Random.seeded(layer, site);
      return Float64Array.from({ length: widths[site]! }, () => 0.3 * random.normal());
    });
  return { at: (site) => Promise.resolve(drawn(site)) };
}

/** What each node gives where it is ablated, by example and node, from runs of the plain transformer. */
export async function plainlyAblated(
  model: Model,
  examples: readonly Example[],
  ablation: Ablation,
): Promise<Map<string, Rows>[]> {
  const constants =
    ablation.kind === "optimal" ? await plainlyWritten(model, ablation.constants) : new Map<string, number[]>();
  const runs = examples.map((example) =>
    plainRun(model, example[ablation.reference === "clean" ? "clean" : "corrupt"].ids),
  );
  return examples.map((example, e) => {
    const nodes = [...runs[e].writes.keys()];
    const averaged = (node: string, position: number): number[] => {
      const alike = runs.filter((_, other) => examples[other].clean.ids.length === example.clean.ids.length);
      const rows = ablation.perPosition
        ? alike.map(({ writes }) => writes.get(node)![position])
        : runs.flatMap(({ writes }) => writes.get(node)!);
      return rows[0].map((_, i) => rows.reduce((sum, row) => sum + row[i], 0) / rows.length);
    };
    const rowsOf = (node: string): Rows =>
      example.clean.ids.map((_, position) => [
        ...rowOf(ablation).given(
          {
            own: runs[e].writes.get(node)![position],
            averaged: () => averaged(node, position),
            constant: () => constants.get(node)!,
          },
          ablation,
        ),
      ]);
    return new Map(nodes.map((node) => [node, rowsOf(node)]));
  });
}

/** What each node writes when its constant stands in its place. */
async function plainlyWritten(model: Model, constants: UnitConstants): Promise<Map<string, number[]>> {
  const { nLayers, nHeads, dHead, dModel } = model.config;
  const written = new Map([["input", [...(await constants.at("input"))[0]]]]);
  for (let layer = 0; layer < nLayers; layer++) {
    const z = (await constants.at("z"))[layer];
    const { W_O } = model.layer(layer);
    for (let head = 0; head < nHeads; head++) {
      const from = head * dHead;
      const rows = W_O.subarray(from * dModel, (from + dHead) * dModel);
      written.set(`a${layer}.h${head}`, affine([...z.subarray(from, from + dHead)], rows, dModel, 0, dModel));
    }
    written.set(`m${layer}`, [...(await constants.at("mlpOut"))[layer]]);
  }
  return written;
}

/** What a unit is set to in one example of a plan. */
export function plannedValue(
  { dHead }: ModelConfig,
  examples: readonly Example[],
  e: number,
  unit: Unit,
  ablation: Ablation,
): Value | Promise<Value> {
  const first = ablation.reference === "clean" ? 2 * examples.length : examples.length;
  const numbers = [...examples.keys()];
  const { length } = examples[e].clean.ids;
  return rowOf(ablation).value(
    {
      corrupt: examples.length + e,
      worlds: numbers.map((other) => first + other),
      asLong: numbers.filter((other) => examples[other].clean.ids.length === length).map((other) => first + other),
      constant: async () => {
        if (ablation.kind !== "optimal") throw new Error(`${ablation.kind} has no constants`);
        const { site, units } = placeOfUnit(unit);
        const all = Array.from((await ablation.constants.at(site))[unit.layer]);
        const span = site === "z" ? dHead : 1;
        return units ? all.slice(units[0] * span, (units[0] + 1) * span) : all;
      },
    },
    ablation,
  );
}

/** Where a plan changes a unit. */
export function placeOfUnit(unit: Unit): { readonly site: Site; readonly units?: number[] } {
  switch (unit.kind) {
    case "head":
      return { site: "z", units: [unit.head] };
    case "mlp":
      return { site: "mlpOut" };
    case "neuron":
      return { site: "hidden", units: [unit.neuron] };
    case "feature":
    case "error":
      throw new Error("features are parts of a site, and no plan's units");
    default:
      return unit satisfies never;
  }
}
