// A circuit from a file of any form that is read: our own record, or a graph of EAP-IG and the MIB circuit track.
import type { ScoreSign } from "../choices/lists.ts";
import { EngineError } from "../base/errors.ts";
import { say, type Sentence } from "../base/sentence.ts";
import { FILE_KINDS, isFolder, readWholeText } from "../base/read-file.ts";
import { isStandardInput } from "../base/standard-input.ts";
import { parseCircuit, readCircuit } from "../circuit/circuit-file.ts";
import type { Circuit } from "../circuit/circuit-schema.ts";
import { type EapIgGraph, edgesOfEapIg, parseEapIg, unitsOfEapIg } from "../circuit/exports/eap-ig.ts";
import { keptUnits, requireFit } from "../circuit/kept.ts";
import type { UnitSet } from "../circuit/unit-set.ts";
import type { Model } from "../model/model.ts";
import { circuitPath } from "./run-store.ts";

export type CircuitSource =
  | { readonly form: "own"; readonly file: string; readonly circuit: Circuit; readonly version: number }
  | { readonly form: "eap-ig"; readonly file: string; readonly graph: EapIgGraph };

/** @throws EngineError "missing-file" or "invalid-file" */
export function readCircuitSource(named: string): CircuitSource {
  const file = circuitPath(named);
  const text = readCircuitText(file);
  return isEapIg(text)
    ? { form: "eap-ig", file, graph: parseEapIg(text, file) }
    : { form: "own", file, ...readCircuit(text, file) };
}

/** A graph of EAP-IG or the MIB circuit track, and what its scores mean. */
export interface GraphSource {
  readonly file: string;
  readonly sign: ScoreSign;
}

/** A graph's edges: every one of the model with its score, and which are in the circuit. */
export type EdgeGraph = ReturnType<typeof edgesOfEapIg>;

/** @throws EngineError "missing-file" or "invalid-file"; "shape" where graph and model do not fit */
export function readEdgeGraph({ file, sign }: GraphSource, model: Model): EdgeGraph {
  const graph = parseEapIg(readCircuitText(file), file, sign);
  requireSizes(graph, file, model);
  return edgesOfEapIg(graph);
}

/**
 * Our own record of a run; other forms hold too little to stand in for one.
 *
 * @throws EngineError "missing-file" or "invalid-file"
 */
export function readCircuitFile(named: string): Circuit {
  const file = circuitPath(named);
  return parseCircuit(readCircuitText(file), file);
}

/** The kept units in a model of these sizes. @throws EngineError "shape" where circuit and model do not fit */
export function unitsIn(source: CircuitSource, model: Model): UnitSet {
  const { config } = model;
  if (source.form === "own") {
    requireFit(source.circuit, source.file, config, model.name);
    return keptUnits(source.circuit);
  }
  requireSizes(source.graph, source.file, model);
  return unitsOfEapIg(source.graph, source.file, config.dMlp);
}

function requireSizes({ cfg: { nLayers, nHeads } }: EapIgGraph, file: string, { config, name }: Model): void {
  if (nLayers === config.nLayers && nHeads === config.nHeads) return;
  throw new EngineError(
    "shape",
    say`${file}: the graph is of a model of ${nLayers} layers of ${nHeads} heads and does not fit ${name} (${config.nLayers} layers of ${config.nHeads}). Name the model that it was made for.`,
    { place: { file } },
  );
}

/** What was passed over in reading it, and what is lost in measuring it as a circuit of nodes. */
export function sourceNotes(source: CircuitSource): readonly Sentence[] {
  if (source.form === "own") return [];
  const edges = edgeNote(source);
  return [...(source.graph.passedOver ?? []).map((note) => say`${source.file}: ${note}`), ...(edges ? [edges] : [])];
}

/** What is lost where a graph of edges is taken as a circuit of nodes; undefined where nothing is. */
function edgeNote(source: CircuitSource): Sentence | undefined {
  if (source.form === "own") return undefined;
  const { nodes, edges } = source.graph;
  const isIn = (id: string) => nodes.get(id)?.inGraph ?? false;
  const between = [...edges].filter(([name]) => {
    const [from, to] = name.split("->");
    return isIn(from) && isIn(to.replace(/<[qkv]>$/, ""));
  });
  const missing = between.filter(([, { inGraph }]) => !inGraph).length;
  if (missing === 0) return undefined;
  return say`${source.file} leaves out ${missing} of the ${between.length} edges between its nodes. Circuits of nodes are evaluated: every edge between kept nodes is present.`;
}

/** Refused by its ending before a byte is read: messages quote a file, and whoever names a path need not be the one who may read it. */
function readCircuitText(file: string): string {
  if (isStandardInput(file) || /\.json$/i.test(file) || isFolder(file)) return readWholeText(file, FILE_KINDS.circuit);
  const sentence = say`is not a circuit file by its name; circuits, and graphs of EAP-IG, end in .json.`;
  throw new EngineError("invalid-file", say`${file}: ${sentence}`, { place: { file } });
}

/** By its name, or by the first keys of a JSON file that may be something else. @throws EngineError as `readCircuitSource` */
export function isCircuitFile(file: string): boolean {
  if (/\.circuit\.json$/i.test(file)) return true;
  if (!isStandardInput(file) && !/\.json$/i.test(file)) return false;
  const start = readCircuitText(file).slice(0, firstKeys);
  return /"format"\s*:\s*"secateur\.circuit"/.test(start) || hasGraphKeys(start);
}

/** Characters in which a circuit file names what it is. */
const firstKeys = 4096;

/** By its keys, the first ones where it is long; broken JSON is left to the readers' own sentences. */
function isEapIg(text: string): boolean {
  return /^\s*\{/.test(text) && hasGraphKeys(text) && !/"format"\s*:/.test(text);
}

/** EAP-IG's graphs have `cfg`; where that was left out, an object of nodes with an input among them. */
function hasGraphKeys(text: string): boolean {
  return /"cfg"\s*:/.test(text) || /"nodes"\s*:\s*\{\s*"input"\s*:/.test(text);
}
