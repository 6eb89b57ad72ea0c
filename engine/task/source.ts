// A task file as text and as plain data, with a way from any field back to its line and column.
import { extname } from "node:path";
import { LineCounter, isAlias, isMap, isSeq, parseDocument, type Document, type Node, type Pair } from "yaml";
import { EngineError, type Place } from "../base/errors.ts";
import { sha256 } from "../base/hash.ts";
import { type FileKind, FILE_KINDS, readWholeFile } from "../base/read-file.ts";
import { isStandardInput } from "../base/standard-input.ts";
import {
  DEEPEST,
  duplicateKeys,
  JsonSyntaxError,
  jsonValue,
  parseJsonTree,
  repeatedField,
  type JsonNode,
} from "./json-tree.ts";
import { throwProblems, type Problem } from "./problems.ts";
import { exceedsDepth, structureProblems } from "./yaml-structure.ts";

export interface SourceText {
  readonly file: string;
  readonly text: string;
  readonly sha256: string;
  /** Of its name in lower case, such as ".json"; of standard input the one that its text calls for. */
  readonly extension: string;
}

export interface Source extends SourceText {
  readonly data: unknown;
  /** Place of the value at a path, or of the nearest value around it; of the field's name with `ofKey`. */
  place(path: readonly PropertyKey[], ofKey?: boolean): Place;
}

/** What YAML aliases may unfold to; a task has no need of more, and a "billion laughs" file of many. */
const MOST_UNFOLDED = 100;

/** @throws EngineError "missing-file" or "invalid-file" */
export function readText(file: string): SourceText {
  const bytes = readWholeFile(file, kindOf(file));
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw invalid(
      file,
      "is not UTF-8 text; save it as UTF-8, or name a task file (.yaml, .json, .csv, .jsonl).",
      cause,
    );
  }
  if (text.trim() === "") throw invalid(file, "is empty; see tasks/README.md for a task to begin with.");
  refuseControlCharacters(file, text);
  return { file, text, sha256: sha256(bytes), extension: extensionOf(file, text) };
}

/** All but tab, line break, form feed and carriage return: they stand in what is no text, and steer terminals. */
const CONTROL_CHARACTER = /[\u0000-\u0008\u000b\u000e-\u001f\u007f]/;

function refuseControlCharacters(file: string, text: string): void {
  const at = text.search(CONTROL_CHARACTER);
  if (at < 0) return;
  const before = text.slice(0, at).split("\n");
  const place = { file, line: before.length, column: before.at(-1)!.length + 1 };
  const name = `U+${text.charCodeAt(at).toString(16).toUpperCase().padStart(4, "0")}`;
  const sentence = `holds the control character ${name}; remove it, or name a text file.`;
  throwProblems([{ place, sentence }], { file, text, code: "invalid-file" });
}

function invalid(file: string, sentence: string, cause?: unknown): EngineError {
  return new EngineError("invalid-file", `${file}: ${sentence}`, { place: { file } }, { cause });
}

function kindOf(file: string): FileKind {
  if (/\.ya?ml$/i.test(file)) return FILE_KINDS.taskYaml;
  return /\.json$/i.test(file) ? FILE_KINDS.taskJson : FILE_KINDS.taskRows;
}

/** Standard input has no name to go by: JSON begins with a bracket, rows of it with one in each line, a table with its columns. */
function extensionOf(file: string, text: string): string {
  if (!isStandardInput(file)) return extname(file).toLowerCase();
  const [first = "", second = ""] = text
    .replace(/^\uFEFF/, "")
    .trimStart()
    .split("\n", 2);
  if (/^\s*\{.*\}\s*$/.test(first) && (second === "" || second.startsWith("{")) && !isWholeTask(first)) return ".jsonl";
  if (/^[{[]/.test(first)) return ".json";
  return /(^|[,;\t"])clean("|\s*)[,;\t]/.test(first) ? ".csv" : ".yaml";
}

/** A task of ours or of another project in one line, and not the first of several rows. */
function isWholeTask(line: string): boolean {
  return /"(prompts|samples|kind)"\s*:/.test(line);
}

/**
 * Parses YAML, or JSON where the name says so.
 *
 * @throws EngineError "invalid-file" naming every syntax error and every repeated field
 */
export function parseSource(source: SourceText): Source {
  return source.extension === ".json" ? parseJson(source) : parseYaml(source);
}

function parseJson(source: SourceText): Source {
  const { file, text } = source;
  const lines = new LineCounter();
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines.addNewLine(at + 1);
  lines.lineStarts.unshift(0);
  const placeOf = (offset: number): Place => toPlace(file, lines, offset);
  const problem = (sentence: string, offset: number): Problem => ({ sentence, place: placeOf(offset) });
  const fail = (problems: readonly Problem[]): void => throwProblems(problems, { file, text, code: "invalid-file" });
  let tree: JsonNode;
  try {
    tree = parseJsonTree(text.replace(/^\uFEFF/, " "));
  } catch (error) {
    if (error instanceof JsonSyntaxError) fail([problem(error.message, error.at)]);
    throw error;
  }
  fail(duplicateKeys(tree).map(({ key, keyStart }) => problem(repeatedField(key), keyStart)));
  return { ...source, data: jsonValue(tree), place: (path, ofKey) => placeOf(jsonOffset(tree, path, ofKey)) };
}

function jsonOffset(tree: JsonNode, path: readonly PropertyKey[], ofKey = false): number {
  let node = tree;
  let offset = tree.start;
  for (const [index, step] of path.entries()) {
    const isLast = index === path.length - 1;
    const member = node.kind === "object" ? node.members.find(({ key }) => key === step) : undefined;
    const next = node.kind === "array" ? node.items[Number(step)] : member?.value;
    if (!next) return offset;
    node = next;
    offset = member && ofKey && isLast ? member.keyStart : next.start;
  }
  return offset;
}

function parseYaml(source: SourceText): Source {
  const { file, text } = source;
  const lines = new LineCounter();
  const placeOf = (offset: number): Place => toPlace(file, lines, offset);
  const fail = (problems: readonly Problem[]): void => throwProblems(problems, { file, text, code: "invalid-file" });
  if (exceedsDepth(text, DEEPEST)) throw invalid(file, `is nested more than ${DEEPEST} deep; no task file needs that.`);
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  fail([
    ...[...document.errors, ...document.warnings].map(({ code, message, pos }) => ({
      place: placeOf(pos[0]),
      sentence: yamlSentence(code, message),
    })),
    ...structureProblems(document).map(({ sentence, offset }) => ({ place: placeOf(offset), sentence })),
  ]);
  return {
    ...source,
    data: toPlain(document, source),
    place: (path, ofKey) => placeOf(yamlOffset(document, path, ofKey)),
  };
}

function toPlain(document: Document.Parsed, { file }: SourceText): unknown {
  try {
    return document.toJS({ maxAliasCount: MOST_UNFOLDED });
  } catch (cause) {
    if (!(cause instanceof ReferenceError)) throw cause;
    throw invalid(
      file,
      `uses YAML aliases (*name) that unfold to too much, more than ${MOST_UNFOLDED}; write the values out.`,
      cause,
    );
  }
}

const YAML_REMEDIES: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: "a tab is used for indentation; use spaces",
  MULTIPLE_DOCS: "holds several documents (---); keep one task per file",
  BAD_INDENT: "is indented wrongly; fields of one level begin in the same column",
  MISSING_CHAR: "lacks a character, such as a closing quote, bracket or comma",
  BLOCK_AS_IMPLICIT_KEY: 'cannot be read as one field; a text that holds ": " needs quotes',
  IMPOSSIBLE: "cannot be read as YAML",
  BAD_SCALAR_START: "begins with a character that YAML keeps for itself; put the text in quotes",
  TAG_RESOLVE_FAILED: "has a tag (!name); tasks use no tags, remove it",
  UNEXPECTED_TOKEN:
    "has something here that YAML does not expect; a text with { [ * & ! % @ at its beginning needs quotes",
  MULTILINE_IMPLICIT_KEY: "has a field name that goes over several lines; is a colon or a quote missing?",
};

function yamlSentence(code: string, message: string): string {
  if (message.startsWith("Flow ")) return "comes before a bracket, [ or {, of an earlier line is closed; close it.";
  const remedy = YAML_REMEDIES[code];
  return remedy === undefined ? `is not YAML: ${message}.` : `${remedy}.`;
}

function yamlOffset(document: Document.Parsed, path: readonly PropertyKey[], ofKey = false): number {
  let node: Node | null | undefined = document.contents;
  let offset = node?.range?.[0] ?? 0;
  for (const [index, step] of path.entries()) {
    const inside: Node | null | undefined = isAlias(node) ? node.resolve(document) : node;
    const pair: Pair<Node, Node | null> | undefined = isMap(inside)
      ? pairOf(inside.items as Pair<Node, Node | null>[], step)
      : undefined;
    const next: Node | null | undefined = isSeq(inside)
      ? (inside.items[Number(step)] as Node | undefined)
      : pair?.value;
    const keyOffset: number | undefined = pair?.key.range?.[0];
    if (!next && keyOffset === undefined) return offset;
    const wantsKey = (ofKey && index === path.length - 1) || !next;
    offset = (wantsKey ? keyOffset : next?.range?.[0]) ?? next?.range?.[0] ?? offset;
    node = next;
  }
  return offset;
}

function pairOf(pairs: readonly Pair<Node, Node | null>[], step: PropertyKey): Pair<Node, Node | null> | undefined {
  return pairs.find(({ key }) => String((key as Node & { value?: unknown }).value) === String(step));
}

function toPlace(file: string, lines: LineCounter, offset: number): Place {
  const { line, col } = lines.linePos(offset);
  return { file, line, column: col };
}
