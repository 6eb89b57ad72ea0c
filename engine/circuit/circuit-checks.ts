// What a circuit file must say beyond its schema: ids that the model has, kinds that were searched, edges that exist.
import type { Circuit, CircuitEdge, CircuitNode, StabilityRow } from "./circuit-schema.ts";
import { formatEdge, type Edge } from "./edge.ts";
import { hasNode, parseNode } from "./node.ts";
import { reaches } from "./topology.ts";
import type { UnitKind } from "./unit.ts";

/** A place in the file's structure ("kept.heads[2]") and a sentence that says what is wrong there and what would be right. */
export interface Problem {
  readonly path: string;
  readonly sentence: string;
}

export function findProblems(circuit: Circuit): Problem[] {
  return [
    ...modelProblems(circuit),
    ...keptProblems(circuit),
    ...circuit.search.trajectory.flatMap((step, i) => stepProblems(circuit, step, `search.trajectory[${i}]`)),
    ...(circuit.search.crossing ? idProblems(circuit, circuit.search.crossing.removed, "search.crossing.removed") : []),
    ...nodeProblems(circuit),
    ...edgeProblems(circuit),
    ...partProblems(circuit),
    ...stabilityProblems(circuit),
    ...transferProblems(circuit),
    ...intervalProblems(circuit),
  ];
}

function modelProblems({ model }: Circuit): Problem[] {
  if (model.nHeads % model.nKeyValueHeads === 0) return [];
  const sentence = `${model.nHeads} query heads do not divide into ${model.nKeyValueHeads} key-value heads; correct model.nHeads or model.nKeyValueHeads.`;
  return [{ path: "model.nKeyValueHeads", sentence }];
}

/** The field of `kept` that lists each kind. */
const KEPT_FIELD: Readonly<Record<UnitKind, keyof Circuit["kept"]>> = { head: "heads", mlp: "mlps", neuron: "neurons" };

function keptProblems(circuit: Circuit): Problem[] {
  const { kept, search } = circuit;
  const problems: Problem[] = [];
  for (const kind of ["head", "mlp", "neuron"] as const) {
    const field = KEPT_FIELD[kind];
    const searched = search.units.includes(kind);
    if (searched && kept[field] === undefined) {
      problems.push({
        path: `kept.${field}`,
        sentence: `missing, though search.units names "${kind}"; list the kept ones, or [] for none.`,
      });
    }
    if (!searched && kept[field] !== undefined) {
      problems.push({
        path: `kept.${field}`,
        sentence: `present, though search.units does not name "${kind}"; leave it out or add "${kind}" there.`,
      });
    }
  }
  // A file may list any number of wrong ids: more than a call takes arguments.
  const ids = [idProblems(circuit, kept.heads ?? [], "kept.heads"), idProblems(circuit, kept.mlps ?? [], "kept.mlps")];
  for (const [mlp, neurons] of Object.entries(kept.neurons ?? {})) {
    const path = `kept.neurons.${mlp}`;
    ids.push(
      idProblems(
        circuit,
        neurons.map((neuron) => `${mlp}.n${neuron}`),
        path,
      ),
    );
    if (kept.mlps && !kept.mlps.includes(mlp)) {
      problems.push({
        path,
        sentence: `lists neurons of ${mlp}, which is not in kept.mlps; add ${mlp} there or leave its neurons out.`,
      });
    }
  }
  return [...problems, ...ids.flat()];
}

function stepProblems(circuit: Circuit, step: Circuit["search"]["trajectory"][number], path: string): Problem[] {
  return [
    ...idProblems(circuit, step.removed, `${path}.removed`),
    ...idProblems(circuit, step.added ?? [], `${path}.added`),
  ];
}

function partProblems(circuit: Circuit): Problem[] {
  const { completeness, minimality } = circuit.results ?? {};
  return [
    ...idProblems(circuit, completeness?.worst.removed ?? [], "results.completeness.worst.removed"),
    ...idProblems(circuit, minimality?.units.map(({ id }) => id) ?? [], "results.minimality.units"),
  ];
}

function stabilityProblems(circuit: Circuit): Problem[] {
  const { stability } = circuit.results ?? {};
  if (!stability) return [];
  const searches = stability.seeds.length;
  const rows = stability.rows.flatMap((row, i) => {
    const path = `results.stability.rows[${i}]`;
    const ids = row.units.map(({ id }) => id);
    return [...idProblems(circuit, ids, `${path}.units`), ...searchCountProblems(row, searches, path)];
  });
  const sizes = stability.rows.map(({ discovery }) => discovery);
  const falling = sizes.findIndex((size, i) => i > 0 && size <= sizes[i - 1]);
  return [
    ...rows,
    ...(falling < 0
      ? []
      : [
          {
            path: `results.stability.rows[${falling}].discovery`,
            sentence: `is ${sizes[falling]} after ${sizes[falling - 1]}; list the sizes rising, each once.`,
          },
        ]),
    ...(stability.enough === undefined || sizes.includes(stability.enough)
      ? []
      : [
          {
            path: "results.stability.enough",
            sentence: `is ${stability.enough}, a size that was not tried (${sizes.join(", ")}); write one of these, or leave it out.`,
          },
        ]),
  ];
}

function searchCountProblems(row: StabilityRow, searches: number, path: string): Problem[] {
  return (["kept", "heldOut"] as const)
    .filter((field) => row[field].length !== searches)
    .map((field) => ({
      path: `${path}.${field}`,
      sentence: `has ${row[field].length} entries for ${searches} seeds; write one for each search.`,
    }));
}

/** Either figures, with the examples that they are of, or the reason why there are none. */
function transferProblems({ results }: Circuit): Problem[] {
  return (results?.transfer ?? []).flatMap(({ task, figures, split, failure }, i) => {
    const path = `results.transfer[${i}]`;
    if ((figures === undefined) === (failure === undefined)) {
      const which = figures === undefined ? "neither figures nor a failure" : "both figures and a failure";
      return [{ path, sentence: `${task} has ${which}; write one of the two.` }];
    }
    if ((figures === undefined) === (split === undefined)) return [];
    return [
      { path: `${path}.split`, sentence: `goes with figures; ${split === undefined ? "write it" : "leave it out"}.` },
    ];
  });
}

/** Ids that the model lacks, that have another spelling than ours, and that stand twice. */
function idProblems(circuit: Circuit, ids: readonly string[], path: string): Problem[] {
  const seen = new Set<string>();
  return ids.flatMap((id, i) => {
    const problem = nodeIdProblem(circuit, id) ?? (seen.has(id) ? `"${id}" stands here twice; remove one.` : undefined);
    seen.add(id);
    return problem === undefined ? [] : [{ path: `${path}[${i}]`, sentence: problem }];
  });
}

function nodeIdProblem({ model }: Circuit, id: string): string | undefined {
  const node = parseNode(id);
  if (!node) return `"${id}" is not an id; numbers have no leading zeros, as in a3.h1, m2, m2.n17.`;
  if (hasNode(model, node)) return undefined;
  const sizes = `layers 0–${model.nLayers - 1}, heads 0–${model.nHeads - 1}, neurons 0–${model.dMlp - 1}`;
  return `the model has no ${id} (${sizes}); correct the id, or the sizes in model.`;
}

function nodeProblems(circuit: Circuit): Problem[] {
  const seen = new Set<string>();
  return circuit.nodes.flatMap((node, i) => {
    const path = `nodes[${i}]`;
    const wrongId = nodeIdProblem(circuit, node.id);
    const twice = seen.has(node.id);
    seen.add(node.id);
    if (wrongId !== undefined) return [{ path: `${path}.id`, sentence: wrongId }];
    if (twice) return [{ path: `${path}.id`, sentence: `"${node.id}" stands here twice; remove one.` }];
    return nodeFieldProblems(node, path);
  });
}

function nodeFieldProblems(node: CircuitNode, path: string): Problem[] {
  const said: Readonly<Record<string, unknown>> = {
    kind: node.kind,
    layer: node.layer,
    head: node.head,
    neuron: node.neuron,
  };
  const meant: Readonly<Record<string, unknown>> = { ...parseNode(node.id) };
  return Object.keys(said)
    .filter((field) => said[field] !== meant[field])
    .map((field) => {
      const right = meant[field] === undefined ? "leave it out" : `write ${JSON.stringify(meant[field])}`;
      return {
        path: `${path}.${field}`,
        sentence: `${JSON.stringify(said[field]) ?? "absent"} does not fit the id ${node.id}; ${right}.`,
      };
    });
}

/** An edge entry as an edge, or the sentence that says why it is none. */
function readEdge(circuit: Circuit, entry: CircuitEdge): Edge | string {
  const wrongId = nodeIdProblem(circuit, entry.source) ?? nodeIdProblem(circuit, entry.target);
  const source = parseNode(entry.source);
  const target = parseNode(entry.target);
  if (wrongId !== undefined || !source || !target) return wrongId ?? "unknown ids.";
  if (target.kind === "head" && entry.input === undefined)
    return `an edge into the head ${entry.target} needs input "q", "k" or "v".`;
  if (target.kind !== "head" && entry.input !== undefined) return `${entry.target} has one input; leave "input" out.`;
  if (!reaches(source, target, circuit.model.parallelBlocks ?? false)) {
    return `${entry.source} does not feed ${entry.target} (an edge runs to a later layer, or from a layer's heads to its MLP); remove it.`;
  }
  return { source, target, input: entry.input };
}

function edgeProblems(circuit: Circuit): Problem[] {
  const seen = new Set<string>();
  return circuit.edges.flatMap((entry, i) => {
    const edge = readEdge(circuit, entry);
    if (typeof edge === "string") return [{ path: `edges[${i}]`, sentence: edge }];
    const name = formatEdge(edge);
    const twice = seen.has(name);
    seen.add(name);
    return twice ? [{ path: `edges[${i}]`, sentence: `${name} stands here twice; remove one.` }] : [];
  });
}

type NamedInterval = [path: string, interval: readonly [number, number] | undefined];

function intervalProblems(circuit: Circuit): Problem[] {
  const intervals: NamedInterval[] = [
    ...circuit.nodes.map((node, i) => [`nodes[${i}].effectInterval`, node.effectInterval] as NamedInterval),
    ["results.discovery.interval", circuit.results?.discovery.interval],
    ["results.heldOut.interval", circuit.results?.heldOut?.interval],
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
      sentence: `the lower end ${interval?.[0]} is above the upper end ${interval?.[1]}; write [lower, upper].`,
    }));
}
