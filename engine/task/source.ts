// A task file as text and as plain data, with a way from any field back to its line and column.
import { readFileSync, statSync } from "node:fs";
import { LineCounter, isAlias, isMap, isSeq, parseDocument, type Document, type Node, type Pair } from "yaml";
import { EngineError, type Place } from "../base/errors.ts";
import { sha256 } from "../base/hash.ts";
import { DEEPEST, duplicateKeys, JsonSyntaxError, jsonValue, parseJsonTree, type JsonNode } from "./json-tree.ts";
import { throwProblems, type Problem } from "./problems.ts";

export interface SourceText {
  readonly file: string;
  readonly text: string;
  readonly sha256: string;
}

export interface Source extends SourceText {
  readonly data: unknown;
  /** Place of the value at a path, or of the nearest value around it; of the field's name with `ofKey`. */
  place(path: readonly PropertyKey[], ofKey?: boolean): Place;
}

/** Written by hand, so small; JSON, CSV and JSONL may hold data sets. */
const LARGEST_YAML = 1_000_000;
const LARGEST_DATA = 64_000_000;
/** Uses of YAML anchors; a task has no need of more, and a "billion laughs" file of many. */
const MOST_ALIASES = 100;

/** @throws EngineError "missing-file" or "invalid-file" */
export function readText(file: string): SourceText {
  const bytes = readBytes(file);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new EngineError(
      "invalid-file",
      `${file}: is not UTF-8 text; save it as UTF-8, or name a task file (.yaml, .json, .csv, .jsonl).`,
      { place: { file } },
      { cause },
    );
  }
  return { file, text, sha256: sha256(bytes) };
}

function readBytes(file: string): Buffer {
  const stats = statSync(file, { throwIfNoEntry: false });
  const fail = (code: "missing-file" | "invalid-file", sentence: string): never => {
    throw new EngineError(code, `${file}: ${sentence}`, { place: { file } });
  };
  if (!stats) return fail("missing-file", "there is no such file; check the path of the task.");
  if (stats.isDirectory()) return fail("invalid-file", "is a folder; name one task file inside it.");
  if (!stats.isFile()) return fail("invalid-file", "is not a regular file; name a task file.");
  const largest = isYaml(file) ? LARGEST_YAML : LARGEST_DATA;
  if (stats.size > largest) {
    return fail(
      "invalid-file",
      `is ${stats.size} bytes large; at most ${largest} are read. Split it into smaller files.`,
    );
  }
  return readFileSync(file);
}

function isYaml(file: string): boolean {
  return /\.ya?ml$/i.test(file);
}

/**
 * Parses YAML, or JSON where the name says so.
 *
 * @throws EngineError "invalid-file" naming every syntax error and every repeated field
 */
export function parseSource(source: SourceText): Source {
  if (source.text.trim() === "") {
    throw new EngineError("invalid-file", `${source.file}: is empty; see tasks/README.md for a task to begin with.`, {
      place: { file: source.file },
    });
  }
  return /\.json$/i.test(source.file) ? parseJson(source) : parseYaml(source);
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
    if (error instanceof JsonSyntaxError) fail([problem(`${error.message}.`, error.at)]);
    throw error;
  }
  fail(duplicateKeys(tree).map(({ key, keyStart }) => problem(repeated(key), keyStart)));
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
  const document = guardDepth(source, () => parseDocument(text, { lineCounter: lines, prettyErrors: false }));
  throwProblems(
    [...document.errors, ...document.warnings].map((error) => ({
      place: placeOf(error.pos[0]),
      sentence: yamlSentence(error.code, error.message, text.slice(error.pos[0])),
    })),
    { file, text, code: "invalid-file" },
  );
  const data = guardDepth(source, () => toPlain(document, source));
  return { ...source, data, place: (path, ofKey) => placeOf(yamlOffset(document, path, ofKey)) };
}

function toPlain(document: Document.Parsed, { file }: SourceText): unknown {
  try {
    return document.toJS({ maxAliasCount: MOST_ALIASES });
  } catch (cause) {
    if (!(cause instanceof ReferenceError)) throw cause;
    throw new EngineError(
      "invalid-file",
      `${file}: uses YAML aliases (*name) that unfold to too much, more than ${MOST_ALIASES}; write the values out.`,
      { place: { file } },
      { cause },
    );
  }
}

/** Turns the parser's overflowing stack into a sentence, and refuses what is merely too deep. */
function guardDepth<T>({ file }: SourceText, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new EngineError(
      "invalid-file",
      `${file}: is nested more than ${DEEPEST} deep; no task file needs that.`,
      { place: { file } },
      { cause },
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
  BAD_ALIAS: "uses an alias (*name) without its anchor (&name); write the value out",
  TAG_RESOLVE_FAILED: "has a tag (!name); tasks use no tags, remove it",
  UNEXPECTED_TOKEN:
    "has something here that YAML does not expect; a text with { [ * & ! % @ at its beginning needs quotes",
  MULTILINE_IMPLICIT_KEY: "has a field name that goes over several lines; is a colon or a quote missing?",
};

function yamlSentence(code: string, message: string, rest: string): string {
  if (code === "DUPLICATE_KEY") return repeated(/^["']?([^"':\s]*)/.exec(rest)?.[1] ?? "");
  const remedy = YAML_REMEDIES[code];
  return remedy === undefined ? `is not YAML: ${message}.` : `${remedy}.`;
}

function repeated(key: string): string {
  return `field "${key}" stands here for the second time; keep one.`;
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
