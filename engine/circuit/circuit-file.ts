// Reads and writes circuit files: every problem is a sentence with a place, equal circuits are equal bytes.
import type { z } from "zod";
import { assertInternal, EngineError, MOST_PROBLEMS } from "../base/errors.ts";
import { say, sayList, type Sentence } from "../base/sentence.ts";
import { ProblemList } from "../base/problem-list.ts";
import { findProblems, type Problem } from "./circuit-checks.ts";
import {
  CIRCUIT_FORMAT,
  circuitSchema,
  type Circuit,
  type CircuitEdge,
  type CircuitResults,
  type RecordedFigures,
} from "./circuit-schema.ts";
import { READ_VERSIONS, upgraded } from "./circuit-versions.ts";
import { compareEdges, type Edge } from "./edge.ts";
import { formatJson, parseJson } from "./json.ts";
import { compareNodes, parseNode, type Node } from "./node.ts";
import { explainIssue } from "./schema-issues.ts";
import { UNIT_KINDS } from "./unit.ts";

/**
 * The circuit in the text of a file, also one of an older version.
 * @param file name for the sentences
 * @throws EngineError "invalid-file" with all problems in `facts.problems`
 */
export function parseCircuit(text: string, file: string): Circuit {
  return readCircuit(text, file).circuit;
}

/** The same, and the version that the file is of. @throws as `parseCircuit` */
export function readCircuit(text: string, file: string): { readonly circuit: Circuit; readonly version: number } {
  const data = parseJson(text, file);
  const foreign = foreignFormat(data);
  if (foreign !== undefined) throw invalid(file, listOf([foreign]));
  const fields = data as Readonly<Record<string, unknown>>;
  const now = upgraded(fields);
  const parsed = circuitSchema.safeParse(now);
  if (!parsed.success) throw invalid(file, problemsOf(parsed.error, now));
  const problems = findProblems(parsed.data);
  if (problems.count > 0) throw invalid(file, problems);
  return { circuit: parsed.data, version: fields.version as number };
}

/**
 * The text of a circuit's file: keys in the order of the schema, ids in the order of the data flow, numbers as the
 * shortest text that reads back the same, newline at the end.
 * @throws Error "internal" when the circuit would not read back
 */
export function formatCircuit(circuit: Circuit): string {
  const parsed = circuitSchema.safeParse(circuit);
  const problems = parsed.success ? findProblems(parsed.data) : problemsOf(parsed.error, circuit);
  assertInternal(parsed.success && problems.count === 0, `not a valid circuit: ${[...problems].map(line).join("; ")}`);
  return formatJson(inCanonicalOrder(parsed.data));
}

/** A sentence for files that are something else or of another version, before their fields are looked at. */
function foreignFormat(data: unknown): Problem | undefined {
  if (typeof data !== "object" || data === null || Array.isArray(data)) {
    return { path: "", sentence: say`holds ${nameOf(data)} where a circuit is an object; is this a circuit file?` };
  }
  const { format, version } = data as Record<string, unknown>;
  if (format === undefined && "cfg" in data) {
    return {
      path: "format",
      sentence: say`missing; this looks like an EAP-IG graph, which is read as such, not as a circuit file.`,
    };
  }
  if (format !== CIRCUIT_FORMAT) {
    return {
      path: "format",
      sentence: say`is ${quote(format)}, a circuit file says "${CIRCUIT_FORMAT}"; is this another kind of file?`,
    };
  }
  if (!READ_VERSIONS.includes(version as number)) {
    return {
      path: "version",
      sentence: say`is ${quote(version)}, this program reads version ${sayList(READ_VERSIONS, " and ")}; use the release that wrote the file.`,
    };
  }
  return undefined;
}

function nameOf(value: unknown): Sentence {
  return value === null ? say`null` : Array.isArray(value) ? say`a list` : say`a ${typeof value}`;
}

function quote(value: unknown): Sentence {
  return value === undefined ? say`missing` : say`${(JSON.stringify(value) ?? String(value)).slice(0, 60)}`;
}

function problemsOf(error: z.ZodError, data: unknown): ProblemList<Problem> {
  const problems = new ProblemList<Problem>();
  for (const issue of error.issues) problems.add(() => explainIssue(issue, data, circuitSchema));
  return problems;
}

function listOf(all: readonly Problem[]): ProblemList<Problem> {
  const problems = new ProblemList<Problem>();
  for (const problem of all) problems.add(() => problem);
  return problems;
}

function invalid(file: string, problems: ProblemList<Problem>): EngineError {
  const { count } = problems;
  const kept = [...problems];
  const listed = kept.slice(0, MOST_PROBLEMS.listed).map((problem) => say`\n  ${line(problem)}`);
  const more = count > MOST_PROBLEMS.listed ? say`\n  and ${count - MOST_PROBLEMS.listed} more` : say``;
  const message =
    count === 1 ? say`${file}: ${line(kept[0])}` : say`${file}: ${count} problems:${sayList(listed, "")}${more}`;
  return new EngineError("invalid-file", message, { place: { file }, problems: kept, count });
}

function line({ path, sentence }: Problem): Sentence {
  return path === "" ? sentence : say`${path}: ${sentence}`;
}

/** The same circuit with every list of ids in the order of the data flow. */
function inCanonicalOrder(circuit: Circuit): Circuit {
  const { kept, search } = circuit;
  return {
    ...circuit,
    search: { ...search, units: UNIT_KINDS.filter((kind) => search.units.includes(kind)) },
    kept: {
      heads: kept.heads && [...kept.heads].sort(compareIds),
      mlps: kept.mlps && [...kept.mlps].sort(compareIds),
      neurons: kept.neurons && byOwner(kept.neurons),
      features: kept.features && byOwner(kept.features),
      errors: kept.errors && [...kept.errors].sort(compareIds),
    } satisfies Record<keyof Circuit["kept"], unknown>,
    nodes: [...circuit.nodes].sort((a, b) => compareIds(a.id, b.id)),
    results: circuit.results && inQuantileOrder(circuit.results),
    edges: [...circuit.edges].sort((a, b) => compareEdges(toEdge(a), toEdge(b))),
  };
}

/** By MLP, or by dictionary, of which one stands on a layer; its numbers ascending. */
function byOwner(lists: Readonly<Record<string, readonly number[]>>): Record<string, number[]> {
  const layerOf = (owner: string) => Number(owner.slice(1));
  const owners = Object.entries(lists).sort(([a], [b]) => layerOf(a) - layerOf(b));
  return Object.fromEntries(owners.map(([owner, list]) => [owner, [...list].sort((a, b) => a - b)]));
}

function inQuantileOrder(results: CircuitResults): CircuitResults {
  const { discovery, validation, heldOut, random, alternatives, transfer } = results;
  const figures = (set: RecordedFigures): RecordedFigures => ({ ...set, spread: set.spread && ascending(set.spread) });
  return {
    ...results,
    discovery: figures(discovery),
    validation: validation && figures(validation),
    heldOut: heldOut && figures(heldOut),
    alternatives: alternatives && {
      ...alternatives,
      circuits: alternatives.circuits.map((one) => ({ ...one, figures: figures(one.figures) })),
    },
    random: random && { ...random, quantiles: ascending(random.quantiles) },
    transfer: transfer?.map((row) => ({ ...row, figures: row.figures && figures(row.figures) })),
  };
}

function ascending(quantiles: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(quantiles).sort(([a], [b]) => Number(a) - Number(b)));
}

function compareIds(a: string, b: string): number {
  return compareNodes(parseNode(a) as Node, parseNode(b) as Node);
}

function toEdge({ source, target, input }: CircuitEdge): Edge {
  return { source: parseNode(source) as Node, target: parseNode(target) as Node, input };
}
