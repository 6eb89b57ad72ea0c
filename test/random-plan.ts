// Plans drawn at random over small models, for laws that must hold for any plan.
import { Random } from "../engine/base/random.ts";
import type { At, Change, Plan, PlannedChange, Reading, Value, Where } from "../engine/activations/plan.ts";
import type { Prompt } from "../engine/task/prompt.ts";
import type { ModelConfig } from "../engine/model/model.ts";
import { type Site, sites } from "../engine/transformer/sites.ts";
import type { Dictionary } from "../engine/activations/dictionary.ts";
import type { PlainDictionary } from "./plain-plan.ts";
import type { Rows } from "./plain-transformer.ts";

const LENGTH = 6;

/** Three prompts of one length, some with generated tokens; values come from worlds behind the one that they go to. */
export function randomPlan(config: ModelConfig, seed: number, ops: readonly Change["op"][]): Plan {
  const random = Random.seeded(seed, "plan");
  const worlds = Array.from({ length: 3 }, (_, w): Prompt => {
    const ids = Array.from({ length: LENGTH }, () => random.below(config.dVocab));
    return { ids, positions: { subject: random.below(LENGTH), pair: [1, 4] }, ...(w === 0 && { generated: 2 }) };
  });
  const changes = Array.from({ length: 5 }, (): PlannedChange => {
    const world = random.below(2);
    const where = whereIn(random, config, random.pick(sites));
    const op = where.site === "pattern" ? random.pick(ops.filter((op) => !wideOps.includes(op))) : random.pick(ops);
    return { world, where, change: changeOf(random, config, op, where, world) };
  });
  const read: Reading[] = [
    { world: 0, site: "logits", at: "all" },
    { world: 1, site: "logits", at: "end", units: [3, 1] },
    ...Array.from({ length: 4 }, () => {
      const { site, layer, units, at } = whereIn(random, config, random.pick(sites));
      return { world: random.below(3), site, layer, units, at };
    }),
  ];
  return { worlds, changes, read };
}

/** Those that need a width. */
const wideOps: readonly Change["op"][] = ["project", "clamp", "through"];

function whereIn(random: Random, config: ModelConfig, site: Site): Where {
  const count = unitCount(config, site);
  const units =
    random.below(2) === 0
      ? undefined
      : random.sample(
          Array.from({ length: count }, (_, unit) => unit),
          2,
        );
  const at = random.pick<At>(["all", "end", "subject", "pair", 2, [0, 3]]);
  const step = at === "all" || at === "end" ? random.pick(["every", "prompt", undefined] as const) : undefined;
  return { site, layer: random.below(config.nLayers), units, at, step };
}

function changeOf(random: Random, config: ModelConfig, op: Change["op"], where: Where, world: number): Change {
  const width =
    where.site === "pattern" ? 0 : (where.units?.length ?? unitCount(config, where.site)) * span(config, where.site);
  const vector = () => Array.from({ length: width }, () => random.normal());
  const value = () => valueOf(random, config, where, world, vector);
  switch (op) {
    case "set":
      return { op, to: value() };
    case "add":
      return { op, what: value(), scale: random.normal() };
    case "mix":
      return { op, with: value(), gate: random.uniform() };
    case "project": {
      const basis = width > 2 ? [vector(), vector()] : [vector()];
      return {
        op,
        basis,
        keep: random.pick(["inside", "outside"] as const),
        ...(random.below(2) && { centre: vector() }),
      };
    }
    case "clamp":
      return { op, along: vector(), to: random.normal() };
    case "through": {
      const edits = [
        { feature: 0, op: "set", by: 1.5 },
        { feature: 2, op: "scale", by: -0.5 },
        { feature: 3, op: "add", by: 0.3 },
      ] as const;
      return { op, dictionary: dictionaryName(width), edits, error: random.pick(["kept", "dropped"] as const) };
    }
  }
}

function valueOf(random: Random, config: ModelConfig, where: Where, world: number, vector: () => number[]): Value {
  // Rows of a pattern are as long as their position; other worlds have other subjects.
  if (where.site === "pattern") {
    const isSame = where.at !== "all" && where.at !== "end" && where.at !== "subject";
    return isSame && random.below(2) === 0 ? { world: world + 1 } : "zero";
  }
  const layer = random.below(config.nLayers);
  switch (random.below(5)) {
    case 0:
      return "zero";
    case 1:
      return { world: world + 1, layer, ...((where.at === "all" || where.at === "end") && { at: 3 }) };
    case 2:
      return { vector: vector() };
    case 3:
      return { rows: [vector()] };
    default:
      return { mean: { worlds: world === 0 ? [1, 2] : [2], perPosition: random.below(2) === 0 } };
  }
}

function unitCount({ nHeads, nKeyValueHeads, dMlp, dModel }: ModelConfig, site: Site): number {
  if (site === "k" || site === "v") return nKeyValueHeads;
  if (site === "q" || site === "z" || site === "pattern") return nHeads;
  return site === "hidden" ? dMlp : dModel;
}

const span = ({ dHead }: ModelConfig, site: Site): number => (["q", "k", "v", "z"].includes(site) ? dHead : 1);

export const dictionaryName = (width: number): string => `dictionary of width ${width}`;

/** Small dictionaries of every width that a change of these models can have. */
export function randomDictionaries(config: ModelConfig): Map<string, PlainDictionary> {
  const { dHead, nHeads, nKeyValueHeads, dModel, dMlp } = config;
  const widths = new Set([2, dModel, dMlp, 2 * dHead, nHeads * dHead, nKeyValueHeads * dHead]);
  return new Map(
    [...widths].map((width) => {
      const random = Random.seeded(width, "dictionary");
      const matrix = (rows: number, columns: number) =>
        Array.from({ length: rows }, () => Array.from({ length: columns }, () => random.normal() / Math.sqrt(rows)));
      return [dictionaryName(width), { E: matrix(width, 5), D: matrix(5, width) }];
    }),
  );
}

/** The same for the engine. */
export function engineDictionary({ E, D }: PlainDictionary): Dictionary {
  const [width, features] = [E.length, D.length];
  const rows = (data: ArrayLike<number>, n: number) =>
    Array.from({ length: data.length / n }, (_, r) => Array.from({ length: n }, (_, i) => data[r * n + i]));
  const times = (data: ArrayLike<number>, matrix: Rows) =>
    Float64Array.from(
      rows(data, matrix.length).flatMap((row) =>
        matrix[0].map((_, j) => row.reduce((sum, x, i) => sum + x * matrix[i][j], 0)),
      ),
    );
  const transposed = (matrix: Rows): Rows => matrix[0].map((_, j) => matrix.map((row) => row[j]));
  const encode = (states: ArrayLike<number>) => times(states, E).map((x) => Math.max(0, x));
  return {
    width,
    features,
    encode,
    decode: (f) => times(f, D),
    encodeGradient: (states, cotangent) => {
      const live = encode(states);
      return times(
        live.map((x, i) => (x > 0 ? cotangent[i] : 0)),
        transposed(E),
      );
    },
    decodeGradient: (cotangent) => times(cotangent, transposed(D)),
  };
}
