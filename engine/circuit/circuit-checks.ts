// What a circuit file must say beyond its schema: ids that the model has, kinds that were searched, edges that exist.
import { say, sayList, type Sentence } from "../base/sentence.ts";
import { ProblemList } from "../base/problem-list.ts";
import type { Circuit, CircuitEdge, CircuitNode, StabilityRow } from "./circuit-schema.ts";
import { formatEdge, type Edge } from "./edge.ts";
import { hasNode, parseNode } from "./node.ts";
import { reaches } from "./topology.ts";
import { UNIT_KINDS, type UnitKind } from "./unit.ts";

/** A place in the file's structure ("kept.heads[2]") and a sentence that says what is wrong there and what would be right. */
export interface Problem {
  readonly path: string;
  readonly sentence: Sentence;
}

/** A problem that is put into words when it is asked for: a file may have millions of them. */
type Found = () => Problem;

export function findProblems(circuit: Circuit): ProblemList<Problem> {
  const problems = new ProblemList<Problem>();
  for (const problem of allProblems(circuit)) problems.add(problem);
  return problems;
}

function* allProblems(circuit: Circuit): Generator<Found> {
  const { trajectory, crossing } = circuit.search;
  yield* made(modelProblems(circuit));
  yield* keptProblems(circuit);
  for (const [i, step] of trajectory.entries()) yield* stepProblems(circuit, step, `search.trajectory[${i}]`);
  yield* idProblems(circuit, crossing?.removed ?? [], "search.crossing.removed");
  yield* nodeProblems(circuit);
  yield* edgeProblems(circuit);
  yield* partProblems(circuit);
  yield* alternativeProblems(circuit);
  yield* stabilityProblems(circuit);
  yield* made(transferProblems(circuit));
  yield* made(intervalProblems(circuit));
}

function* made(problems: Iterable<Problem>): Generator<Found> {
  for (const problem of problems) yield () => problem;
}

function modelProblems({ model }: Circuit): Problem[] {
  return [...headProblems(model), ...dictionaryProblems(model)];
}

function dictionaryProblems({ dictionaries = [], nLayers }: Circuit["model"]): Problem[] {
  return dictionaries.flatMap(({ layer }, i) => {
    const path = `model.dictionaries[${i}].layer`;
    if (layer >= nLayers) {
      return [{ path, sentence: say`the model has no layer ${layer}; its layers are 0 to ${nLayers - 1}.` }];
    }
    const twice = dictionaries.findIndex((other) => other.layer === layer) < i;
    return twice
      ? [{ path, sentence: say`layer ${layer} has another dictionary already; leave one of them out.` }]
      : [];
  });
}

function headProblems(model: Circuit["model"]): Problem[] {
  if (model.nHeads % model.nKeyValueHeads === 0) return [];
  const sentence = say`${model.nHeads} query heads do not divide into ${model.nKeyValueHeads} key-value heads; correct model.nHeads or model.nKeyValueHeads.`;
  return [{ path: "model.nKeyValueHeads", sentence }];
}

/** The field of `kept` that lists each kind. */
const KEPT_FIELD: Readonly<Record<UnitKind, keyof Circuit["kept"]>> = {
  head: "heads",
  mlp: "mlps",
  neuron: "neurons",
  feature: "features",
  error: "errors",
};

function* keptProblems(circuit: Circuit): Generator<Found> {
  const { kept, search } = circuit;
  for (const kind of UNIT_KINDS) {
    const field = KEPT_FIELD[kind];
    const path = `kept.${field}`;
    const searched = search.units.includes(kind);
    if (searched && kept[field] === undefined) {
      yield () => ({
        path,
        sentence: say`missing, though search.units names "${kind}"; list the kept ones, or [] for none.`,
      });
    }
    if (!searched && kept[field] !== undefined) {
      yield () => ({
        path,
        sentence: say`present, though search.units does not name "${kind}"; leave it out or add "${kind}" there.`,
      });
    }
  }
  yield* listedProblems(circuit, kept, "kept");
}

/** Of what one circuit of the model keeps: the file's own, or one of its equals. */
function* listedProblems(circuit: Circuit, kept: Circuit["kept"], place: string): Generator<Found> {
  yield* idProblems(circuit, kept.heads ?? [], `${place}.heads`);
  yield* idProblems(circuit, kept.mlps ?? [], `${place}.mlps`);
  yield* idProblems(circuit, kept.errors ?? [], `${place}.errors`);
  for (const [dictionary, features] of Object.entries(kept.features ?? {})) {
    const ids = features.map((feature) => `${dictionary}.f${feature}`);
    yield* idProblems(circuit, ids, `${place}.features.${dictionary}`);
  }
  const mlps = kept.mlps && new Set(kept.mlps);
  for (const [mlp, neurons] of Object.entries(kept.neurons ?? {})) {
    const path = `${place}.neurons.${mlp}`;
    const ids = neurons.map((neuron) => `${mlp}.n${neuron}`);
    yield* idProblems(circuit, ids, path);
    if (mlps && !mlps.has(mlp)) {
      yield () => ({
        path,
        sentence: say`lists neurons of ${mlp}, which is not in kept.mlps; add ${mlp} there or leave its neurons out.`,
      });
    }
  }
}

function* stepProblems(
  circuit: Circuit,
  step: Circuit["search"]["trajectory"][number],
  path: string,
): Generator<Found> {
  yield* idProblems(circuit, step.removed, `${path}.removed`);
  yield* idProblems(circuit, step.added ?? [], `${path}.added`);
}

function* partProblems(circuit: Circuit): Generator<Found> {
  const { completeness, minimality } = circuit.results ?? {};
  yield* idProblems(circuit, completeness?.worst.removed ?? [], "results.completeness.worst.removed");
  yield* idProblems(circuit, minimality?.units.map(({ id }) => id) ?? [], "results.minimality.units");
}

function* alternativeProblems(circuit: Circuit): Generator<Found> {
  const { alternatives } = circuit.results ?? {};
  if (!alternatives) return;
  const path = "results.alternatives";
  yield* idProblems(circuit, alternatives.needed, `${path}.needed`);
  yield* idProblems(circuit, alternatives.core, `${path}.core`);
  yield* idProblems(
    circuit,
    alternatives.units.map(({ id }) => id),
    `${path}.units`,
  );
  for (const [i, { kept, without }] of alternatives.circuits.entries()) {
    yield* listedProblems(circuit, kept, `${path}.circuits[${i}].kept`);
    yield* idProblems(circuit, without === undefined ? [] : [without], `${path}.circuits[${i}].without`);
  }
}

function* stabilityProblems(circuit: Circuit): Generator<Found> {
  const { stability } = circuit.results ?? {};
  if (!stability) return;
  for (const [i, row] of stability.rows.entries()) {
    const path = `results.stability.rows[${i}]`;
    const ids = row.units.map(({ id }) => id);
    yield* idProblems(circuit, ids, `${path}.units`);
    for (const [k, kept] of (row.circuits ?? []).entries()) {
      yield* listedProblems(circuit, kept, `${path}.circuits[${k}]`);
    }
    yield* made(searchCountProblems(row, stability.seeds.length, path));
  }
  const sizes = stability.rows.map(({ discovery }) => discovery);
  const falling = sizes.findIndex((size, i) => i > 0 && size <= sizes[i - 1]);
  if (falling >= 0) {
    yield () => ({
      path: `results.stability.rows[${falling}].discovery`,
      sentence: say`is ${sizes[falling]} after ${sizes[falling - 1]}; list the sizes rising, each once.`,
    });
  }
  const { enough } = stability;
  if (enough !== undefined && !sizes.includes(enough)) {
    yield () => ({
      path: "results.stability.enough",
      sentence: say`is ${enough}, a size that was not tried (${sayList(sizes, ", ")}); write one of these, or leave it out.`,
    });
  }
}

function searchCountProblems(row: StabilityRow, searches: number, path: string): Problem[] {
  return (["kept", "heldOut", "circuits"] as const).flatMap((field) => {
    const entries = row[field]?.length ?? searches;
    if (entries === searches) return [];
    const sentence = say`has ${entries} entries for ${searches} seeds; write one for each search.`;
    return [{ path: `${path}.${field}`, sentence }];
  });
}

/** Either figures, with the examples that they are of, or the reason why there are none. */
function transferProblems({ results }: Circuit): Problem[] {
  return (results?.transfer ?? []).flatMap(({ task, figures, split, failure }, i) => {
    const path = `results.transfer[${i}]`;
    if ((figures === undefined) === (failure === undefined)) {
      const which = figures === undefined ? say`neither figures nor a failure` : say`both figures and a failure`;
      return [{ path, sentence: say`${task} has ${which}; write one of the two.` }];
    }
    if ((figures === undefined) === (split === undefined)) return [];
    return [
      {
        path: `${path}.split`,
        sentence: say`goes with figures; ${split === undefined ? say`write it` : say`leave it out`}.`,
      },
    ];
  });
}

/** Ids that the model lacks, that have another spelling than ours, and that stand twice. */
function* idProblems(circuit: Circuit, ids: readonly string[], path: string): Generator<Found> {
  const seen = new Set<string>();
  for (const [i, id] of ids.entries()) {
    const wrong =
      nodeIdProblem(circuit, id) ?? (seen.has(id) ? () => say`"${id}" stands here twice; remove one.` : undefined);
    seen.add(id);
    if (wrong) yield () => ({ path: `${path}[${i}]`, sentence: wrong() });
  }
}

/** Why an id is none of the model's, to be put into words; undefined where it is one. */
function nodeIdProblem({ model }: Circuit, id: string): (() => Sentence) | undefined {
  const node = parseNode(id);
  if (!node) return () => say`"${id}" is not an id; numbers have no leading zeros, as in a3.h1, m2, m2.n17.`;
  if (hasNode(model, node)) return undefined;
  const { nLayers, nHeads, dMlp, dictionaries = [] } = model;
  const laid = sayList(
    dictionaries.map(({ layer, features }) => say`, features of d${layer} 0–${features - 1}`),
    "",
  );
  return () =>
    say`the model has no ${id} (layers 0–${nLayers - 1}, heads 0–${nHeads - 1}, neurons 0–${dMlp - 1}${laid}); correct the id, or the sizes in model.`;
}

function* nodeProblems(circuit: Circuit): Generator<Found> {
  const seen = new Set<string>();
  for (const [i, node] of circuit.nodes.entries()) {
    const path = `nodes[${i}]`;
    const wrongId = nodeIdProblem(circuit, node.id);
    const twice = seen.has(node.id);
    seen.add(node.id);
    if (wrongId) yield () => ({ path: `${path}.id`, sentence: wrongId() });
    else if (twice) yield () => ({ path: `${path}.id`, sentence: say`"${node.id}" stands here twice; remove one.` });
    else yield* made(nodeFieldProblems(node, path));
  }
}

function nodeFieldProblems(node: CircuitNode, path: string): Problem[] {
  const said: Readonly<Record<string, unknown>> = {
    kind: node.kind,
    layer: node.layer,
    head: node.head,
    neuron: node.neuron,
    feature: node.feature,
  };
  const meant: Readonly<Record<string, unknown>> = { ...parseNode(node.id) };
  return Object.keys(said)
    .filter((field) => said[field] !== meant[field])
    .map((field) => {
      const right = meant[field] === undefined ? say`leave it out` : say`write ${JSON.stringify(meant[field])}`;
      return {
        path: `${path}.${field}`,
        sentence: say`${JSON.stringify(said[field]) ?? say`absent`} does not fit the id ${node.id}; ${right}.`,
      };
    });
}

/** An edge entry as an edge, or why it is none, to be put into words. */
function readEdge(circuit: Circuit, entry: CircuitEdge): Edge | (() => Sentence) {
  const wrongId = nodeIdProblem(circuit, entry.source) ?? nodeIdProblem(circuit, entry.target);
  const source = parseNode(entry.source);
  const target = parseNode(entry.target);
  if (wrongId !== undefined || !source || !target) return wrongId ?? (() => say`unknown ids.`);
  if (target.kind === "head" && entry.input === undefined)
    return () => say`an edge into the head ${entry.target} needs input "q", "k" or "v".`;
  if (target.kind !== "head" && entry.input !== undefined)
    return () => say`${entry.target} has one input; leave "input" out.`;
  if (!reaches(source, target, circuit.model.parallelBlocks ?? false)) {
    return () =>
      say`${entry.source} does not feed ${entry.target} (an edge runs to a later layer, or from a layer's heads to its MLP); remove it.`;
  }
  return { source, target, input: entry.input };
}

function* edgeProblems(circuit: Circuit): Generator<Found> {
  const seen = new Set<string>();
  for (const [i, entry] of circuit.edges.entries()) {
    const edge = readEdge(circuit, entry);
    if (typeof edge === "function") {
      yield () => ({ path: `edges[${i}]`, sentence: edge() });
      continue;
    }
    const name = formatEdge(edge);
    if (seen.has(name)) yield () => ({ path: `edges[${i}]`, sentence: say`${name} stands here twice; remove one.` });
    seen.add(name);
  }
}

type NamedInterval = [path: string, interval: readonly [number, number] | undefined];

function intervalProblems(circuit: Circuit): Problem[] {
  const intervals: NamedInterval[] = [
    ...circuit.nodes.map((node, i) => [`nodes[${i}].effectInterval`, node.effectInterval] as NamedInterval),
    ["results.discovery.interval", circuit.results?.discovery.interval],
    ["results.validation.interval", circuit.results?.validation?.interval],
    ["results.heldOut.interval", circuit.results?.heldOut?.interval],
    ["results.alternatives.jaccard.interval", circuit.results?.alternatives?.jaccard?.interval],
    ...(circuit.results?.stability?.rows ?? []).flatMap((row, i) =>
      (["jaccard", "jaccardWithCircuit"] as const).map(
        (field) => [`results.stability.rows[${i}].${field}.interval`, row[field]?.interval] as NamedInterval,
      ),
    ),
    ...(circuit.results?.transfer ?? []).map(
      ({ figures }, i) => [`results.transfer[${i}].figures.interval`, figures?.interval] as NamedInterval,
    ),
  ];
  return intervals
    .filter(([, interval]) => interval !== undefined && interval[0] > interval[1])
    .map(([path, interval]) => ({
      path,
      sentence: say`the lower end ${String(interval?.[0])} is above the upper end ${String(interval?.[1])}; write [lower, upper].`,
    }));
}
