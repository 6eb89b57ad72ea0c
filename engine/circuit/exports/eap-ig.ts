// The graph JSON of EAP-IG and the MIB circuit track: every real node and edge with a score and whether it is in the circuit.
import { z } from "zod";
import { EngineError } from "../../base/errors.ts";
import { say, type Sentence } from "../../base/sentence.ts";
import type { ScoreSign } from "../../choices/lists.ts";
import type { Circuit } from "../circuit-schema.ts";
import { type Edge, formatEdge } from "../edge.ts";
import { parseJson } from "../json.ts";
import { keptUnits } from "../kept.ts";
import { formatNode, parseNode, type Node } from "../node.ts";
import { explainIssue } from "../schema-issues.ts";
import { topologyOf, type Topology, type TopologySizes } from "../topology.ts";
import { parseUnit } from "../unit.ts";
import { UnitSpace, type UnitSet } from "../unit-set.ts";

export interface EapIgGraph {
  readonly cfg: TopologySizes & { readonly dModel: number };
  /** By node id; every node of the model. */
  readonly nodes: ReadonlyMap<string, { readonly inGraph: boolean; readonly score?: number }>;
  /** By edge name; every edge of the model. */
  readonly edges: ReadonlyMap<string, { readonly inGraph: boolean; readonly score: number }>;
  /** What the format itself cannot hold: which of the dMlp hidden neurons of each MLP are kept. */
  readonly hidden?: { readonly dMlp: number; readonly kept: Readonly<Record<string, readonly number[]>> };
  /** What the file holds, or lacks, that was passed over in reading it: sentences. */
  readonly passedOver?: readonly string[];
}

/**
 * What a file's scores mean. The format does not say, and files of both signs are about.
 * - helpful-positive: a positive score means that the edge helps (MIB: the loss is minus the logit difference)
 * - helpful-negative: a score is the change of the metric when the edge is ablated, as in our circuit files
 * - absolute: only the size counts
 */

const FROM_HELPFUL_POSITIVE: Readonly<Record<ScoreSign, (score: number) => number>> = {
  "helpful-positive": (score) => score,
  "helpful-negative": (score) => 0 - score,
  absolute: Math.abs,
};

/** Our own key beside the format's three; EAP-IG's loader passes over keys that it does not know. */
const OWN_KEY = "secateur";

/**
 * A circuit of nodes as a graph: an edge is in it when both ends are; a node's effect, turned so that positive means
 * helpful, is the score of each edge that leaves it, 0 where it was not measured.
 *
 * @throws EngineError "unsupported" for a circuit of features, which the format has no nodes for
 */
export function circuitToEapIg(circuit: Circuit): EapIgGraph {
  if (circuit.model.dictionaries) {
    throw new EngineError(
      "unsupported",
      say`Graphs of EAP-IG have no nodes for features of dictionaries; export this circuit as JSON, CSV or for Neuronpedia.`,
    );
  }
  const { nLayers, nHeads, dModel, parallelBlocks = false } = circuit.model;
  const cfg = { nLayers, nHeads, parallelBlocks, dModel };
  const topology = topologyOf(cfg);
  const kept = keptUnits(circuit);
  const nodes = new Map(allNodes(topology).map((node) => [formatNode(node), { inGraph: isKept(kept, node) }]));
  const effects = new Map(circuit.nodes.map(({ id, effect = 0 }) => [id, effect]));
  const inGraph = (node: Node) => nodes.get(formatNode(node))?.inGraph ?? false;
  const score = (source: Node) => 0 - (effects.get(formatNode(source)) ?? 0);
  const edges = topology.edges.map((edge) => {
    const entry = { inGraph: inGraph(edge.source) && inGraph(edge.target), score: score(edge.source) };
    return [formatEdge(edge), entry] as const;
  });
  const { neurons } = circuit.kept;
  return { cfg, nodes, edges: new Map(edges), ...(neurons && { hidden: { dMlp: circuit.model.dMlp, kept: neurons } }) };
}

/** A scored edge; our scores are helpful-negative. */
export interface ScoredEdge extends Edge {
  readonly score: number;
}

/**
 * A circuit of edges as a graph: a node is in it when one of its edges is.
 *
 * @param scores of every edge
 * @param kept names of the edges in the circuit
 */
export function edgesToEapIg(
  cfg: EapIgGraph["cfg"],
  scores: readonly ScoredEdge[],
  kept: ReadonlySet<string>,
): EapIgGraph {
  const edges = scores.map((edge) => {
    const name = formatEdge(edge);
    return [name, { inGraph: kept.has(name), score: 0 - edge.score }] as const;
  });
  const touched = new Set(
    scores
      .filter((edge) => kept.has(formatEdge(edge)))
      .flatMap(({ source, target }) => [formatNode(source), formatNode(target)]),
  );
  const ids = allNodes(topologyOf(cfg)).map(formatNode);
  const nodes = ids.map((id) => [id, { inGraph: touched.has(id) || id === "input" || id === "logits" }] as const);
  return { cfg, nodes: new Map(nodes), edges: new Map(edges) };
}

/** Every edge of a graph with its score, turned into ours, and the names of those in the circuit. */
export function edgesOfEapIg(graph: EapIgGraph): {
  readonly scores: readonly ScoredEdge[];
  readonly kept: ReadonlySet<string>;
  readonly passedOver: readonly string[];
} {
  const named = topologyOf(graph.cfg).edges.map((edge) => ({ edge, ...graph.edges.get(formatEdge(edge))! }));
  return {
    scores: named.map(({ edge, score }) => ({ ...edge, score: 0 - score })),
    kept: new Set(named.filter(({ inGraph }) => inGraph).map(({ edge }) => formatEdge(edge))),
    passedOver: graph.passedOver ?? [],
  };
}

/** Whether a node of the graph is in the circuit; an MLP without kept neurons is not, where neurons were searched. */
function isKept(kept: UnitSet, node: Node): boolean {
  if (node.kind === "input" || node.kind === "logits") return true;
  if (!kept.has(node)) return false;
  return node.kind !== "mlp" || (kept.countPerLayer("neuron")[node.layer] as number) > 0;
}

function allNodes(topology: Topology): Node[] {
  return [...topology.sources, { kind: "logits" }];
}

/**
 * The file's text: nodes and edges in EAP-IG's order, finite scores, newline at the end.
 *
 * @param sign what the file's scores are to mean
 */
export function formatEapIg(graph: EapIgGraph, sign: ScoreSign = "helpful-positive"): string {
  const { nLayers, nHeads, dModel, parallelBlocks } = graph.cfg;
  // Each turn undoes itself.
  const turn = FROM_HELPFUL_POSITIVE[sign];
  const nodes = [...graph.nodes].map(([id, { inGraph, score }]) => {
    return [id, { in_graph: inGraph, score: score === undefined ? undefined : turn(score) }] as const;
  });
  const edges = [...graph.edges].map(([name, { inGraph, score }]) => {
    return [name, { score: turn(score), in_graph: inGraph }] as const;
  });
  const file = {
    cfg: { n_layers: nLayers, n_heads: nHeads, parallel_attn_mlp: parallelBlocks, d_model: dModel },
    nodes: Object.fromEntries(nodes),
    edges: Object.fromEntries(edges),
    ...(graph.hidden && { [OWN_KEY]: { d_mlp: graph.hidden.dMlp, hidden_neurons: graph.hidden.kept } }),
  };
  return `${JSON.stringify(file)}\n`;
}

/** Bare NaN stands for "not scored". */
const score = z.union([z.number(), z.literal("NaN"), z.literal("Infinity"), z.literal("-Infinity"), z.null()]);
const size = z.int().min(1).max(1000);
/** EAP-IG's loader takes whatever Python takes for true. */
const flag = z.preprocess((value) => (value === 1 ? true : value === 0 ? false : value), z.boolean());

const entry = z.looseObject({ in_graph: flag, score: score.optional() });

/** Older graphs have the bare verdict of a node where newer ones have an object. */
const nodeEntry = z.preprocess(
  (value) => (value === true || value === false || value === 0 || value === 1 ? { in_graph: value } : value),
  entry,
);

/**
 * Of an edge too, or its bare score: a table of numbers of which one is neither 0 nor 1 holds scores, and what scores alone
 * cannot say, which edges are in the circuit, is left open.
 */
const edgeEntries = z.preprocess(
  (value) => (typeof value === "object" && value !== null ? withObjects(value) : value),
  z.record(z.string(), entry),
);

const NO_NUMBERS: readonly unknown[] = ["NaN", "Infinity", "-Infinity"];
const isBareScore = (value: unknown) => typeof value === "number" || NO_NUMBERS.includes(value);
const hasBareScores = (edges: object) =>
  Object.values(edges).some((value) => isBareScore(value) && value !== 0 && value !== 1);

function withObjects(edges: object): object {
  const areScores = hasBareScores(edges);
  const turned = (value: unknown): unknown => {
    if (areScores && isBareScore(value)) return { in_graph: false, score: value };
    if (value === true || value === false || value === 0 || value === 1) return { in_graph: value };
    return value;
  };
  return Object.fromEntries(Object.entries(edges).map(([name, value]) => [name, turned(value)]));
}

const fileSchema = z.looseObject({
  cfg: z.looseObject({
    n_layers: size,
    n_heads: size,
    d_model: z.int().min(1),
    parallel_attn_mlp: flag.optional(),
  }),
  nodes: z.record(z.string(), nodeEntry),
  edges: edgeEntries,
  [OWN_KEY]: z
    .object({ d_mlp: z.int().min(1), hidden_neurons: z.record(z.string(), z.array(z.int().min(0))) })
    .optional(),
});

/**
 * Reads a graph. Nodes and edges that the file leaves out are outside the circuit with score 0, as in EAP-IG's loader;
 * bare NaN and infinities, which Python writes for unscored entries, count as 0. A verdict may be 0 or 1, and stand bare where older
 * files have no object.
 * @param sign what the file's scores mean; the graph's are helpful-positive, or sizes for "absolute"
 * @throws EngineError "invalid-file" for broken JSON, missing fields and names that the model does not have
 */
export function parseEapIg(text: string, file: string, sign: ScoreSign = "helpful-positive"): EapIgGraph {
  const data = parseJson(quoteBareNumbers(text), file);
  const parsed = fileSchema.safeParse(data);
  if (!parsed.success) throw invalid(file, describeIssue(parsed.error, data));
  const { cfg, nodes, edges } = parsed.data;
  const sizes = { nLayers: cfg.n_layers, nHeads: cfg.n_heads, parallelBlocks: cfg.parallel_attn_mlp ?? false };
  requireReasonable(file, sizes);
  const topology = topologyOf(sizes);
  const nodeIds = allNodes(topology).map(formatNode);
  const edgeNames = topology.edges.map(formatEdge);
  requireKnown(file, "nodes", Object.keys(nodes), nodeIds, sizes);
  requireKnown(file, "edges", Object.keys(edges), edgeNames, sizes);
  const turn = FROM_HELPFUL_POSITIVE[sign];
  return {
    cfg: { ...sizes, dModel: cfg.d_model },
    nodes: new Map(nodeIds.map((id) => [id, readNode(id, nodes[id], turn)])),
    edges: new Map(
      edgeNames.map((name) => [
        name,
        { inGraph: edges[name]?.in_graph ?? false, score: turn(finite(edges[name]?.score)) },
      ]),
    ),
    ...readHidden(file, parsed.data[OWN_KEY], sizes.nLayers),
    ...passedOverIn(parsed.data, edgeNames.length, hasBareScores((data as { edges: object }).edges)),
  };
}

type GraphFile = z.infer<typeof fileSchema>;

/** Fields that are read, or that say nothing that the graph does not say itself. */
const READ_FIELDS = {
  file: ["cfg", "nodes", "edges", OWN_KEY],
  entry: ["in_graph", "score"],
} as const;

/** EAP-IG's masks over what a node writes, and their scores. */
const NEURON_FIELDS: readonly string[] = ["neurons", "neurons_scores"];

/** A sentence for each kind of thing that was in the file and had no effect, or that was not there. */
function passedOverIn(file: GraphFile, edgeCount: number, areScores: boolean): Pick<EapIgGraph, "passedOver"> {
  const entries = [...Object.values(file.nodes), ...Object.values(file.edges)];
  const counts = new Map<string, number>();
  for (const fields of entries) {
    for (const field of Object.keys(fields)) {
      if (!READ_FIELDS.entry.some((read) => read === field)) counts.set(field, (counts.get(field) ?? 0) + 1);
    }
  }
  const masked = counts.get("neurons") ?? 0;
  const others = [...counts.keys()].filter((field) => !NEURON_FIELDS.includes(field));
  const top = Object.keys(file).filter((field) => !READ_FIELDS.file.some((read) => read === field));
  const listed = Object.values(file.edges);
  const unscored = listed.filter(({ score }) => typeof score !== "number").length;
  const absent = edgeCount - listed.length;
  const sentences = [
    masked > 0 && `neurons of ${masked} nodes are not read: a node is kept or ablated whole, with all that it writes.`,
    masked === 0 && counts.has("neurons_scores") && "neurons_scores are not read.",
    others.length > 0 && `fields of nodes and edges that are not read: ${others.join(", ")}.`,
    top.length > 0 && `fields that are not read: ${top.join(", ")}.`,
    areScores && "edges are scores alone: none of them is said to be in the circuit.",
    unscored > 0 && `${unscored} of the ${listed.length} edges have no score; it counts as 0.`,
    absent > 0 &&
      `${absent} of the model's ${edgeCount} edges are not in the file: they are outside the circuit, with score 0.`,
  ].filter((sentence) => sentence !== false);
  return sentences.length > 0 ? { passedOver: sentences } : {};
}

type NodeEntry = z.infer<typeof fileSchema>["nodes"][string];

function readNode(id: string, entry: NodeEntry | undefined, turn: (score: number) => number) {
  const inGraph = id === "logits" || (entry?.in_graph ?? false);
  return typeof entry?.score === "number" ? { inGraph, score: turn(entry.score) } : { inGraph };
}

/** Our own key, whose neurons must be those of the model's MLPs. */
function readHidden(
  file: string,
  own: z.infer<typeof fileSchema>[typeof OWN_KEY],
  nLayers: number,
): Pick<EapIgGraph, "hidden"> {
  if (!own) return {};
  const { d_mlp: dMlp, hidden_neurons: kept } = own;
  for (const [mlp, neurons] of Object.entries(kept)) {
    const node = parseNode(mlp);
    const stray = neurons.find((neuron) => neuron >= dMlp);
    if (node?.kind !== "mlp" || node.layer >= nLayers) {
      throw invalid(
        file,
        say`${OWN_KEY}.hidden_neurons: "${mlp}" is not an MLP of the model; write m0 to m${nLayers - 1}.`,
      );
    }
    if (stray !== undefined)
      throw invalid(
        file,
        say`${OWN_KEY}.hidden_neurons.${mlp}: ${stray} is not below d_mlp, ${dMlp}; correct one of them.`,
      );
  }
  return { hidden: { dMlp, kept } };
}

function finite(value: z.infer<typeof score> | undefined): number {
  return typeof value === "number" ? value : 0;
}

/** Puts bare NaN, Infinity and -Infinity outside strings into quotes; everything else stays byte for byte. */
function quoteBareNumbers(text: string): string {
  const parts: string[] = [];
  let copied = 0;
  const mark = /"|-?\b(?:NaN|Infinity)\b/g;
  for (let found = mark.exec(text); found; found = mark.exec(text)) {
    const [token] = found;
    if (token === '"') {
      mark.lastIndex = endOfString(text, found.index);
      continue;
    }
    parts.push(text.slice(copied, found.index), `"${token}"`);
    copied = mark.lastIndex;
  }
  parts.push(text.slice(copied));
  return parts.join("");
}

/** Behind the quote that closes the string which begins at an index; of one that is not closed the text's end. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text[end - 1 - backslashes] === "\\") backslashes++;
    if (backslashes % 2 === 0) return end + 1;
  }
  return text.length;
}

/** Edges that are laid out at most, about those of 48 layers of 48 heads. */
const MOST_EDGES = 10_000_000;

function requireReasonable(file: string, { nLayers, nHeads }: TopologySizes): void {
  const edges = Math.round((nLayers * (nHeads + 1) * nLayers * (3 * nHeads + 1)) / 2);
  if (edges <= MOST_EDGES) return;
  throw invalid(
    file,
    say`cfg: ${nLayers} layers of ${nHeads} heads have about ${edges} edges, more than ${MOST_EDGES} are not read. Are n_layers and n_heads right?`,
  );
}

function requireKnown(
  file: string,
  field: string,
  names: readonly string[],
  known: readonly string[],
  sizes: TopologySizes,
): void {
  const set = new Set(known);
  const unknown = names.find((name) => !set.has(name));
  if (unknown === undefined) return;
  const model = say`${sizes.nLayers} layers of ${sizes.nHeads} heads${sizes.parallelBlocks ? say`, parallel blocks` : say``}`;
  throw invalid(
    file,
    say`${field}: "${unknown}" is not in a model of ${model}. Correct cfg, or the name (as in ${known.at(-1) ?? ""}).`,
  );
}

function describeIssue(error: z.ZodError, data: unknown): Sentence {
  const [first] = error.issues.map((issue) => explainIssue(issue, data, fileSchema));
  return first === undefined
    ? say`not an EAP-IG graph.`
    : say`${first.path === "" ? say`the file` : say`${first.path}`}: ${first.sentence}`;
}

function invalid(file: string, sentence: Sentence): EngineError {
  return new EngineError("invalid-file", say`${file}: ${sentence}`, { place: { file } });
}

/**
 * Heads and MLPs whose nodes are in the graph; neurons too where the file has our own key.
 * @param dMlp of the model that the circuit is to be run on
 * @throws EngineError "shape" when the file's neurons are of MLPs of another width
 */
export function unitsOfEapIg(graph: EapIgGraph, file: string, dMlp: number): UnitSet {
  const { cfg, hidden } = graph;
  if (hidden && hidden.dMlp !== dMlp) {
    const sentence = say`${file}: the kept neurons are of MLPs of ${hidden.dMlp}, the model's have ${dMlp}. Choose the model it was found in.`;
    throw new EngineError("shape", sentence, { place: { file } });
  }
  const space = new UnitSpace({ ...cfg, dMlp }, hidden ? ["head", "mlp", "neuron"] : ["head", "mlp"]);
  const nodes = [...graph.nodes].filter(([, { inGraph }]) => inGraph).map(([id]) => parseUnit(id));
  const neurons = Object.entries(hidden?.kept ?? {}).flatMap(([mlp, list]) =>
    list.map((neuron) => parseUnit(`${mlp}.n${neuron}`)),
  );
  return space.setOf([...nodes, ...neurons].filter((unit) => unit !== undefined));
}
