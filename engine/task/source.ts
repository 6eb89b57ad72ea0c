// A task file as text and as plain data, with a way from any field back to its line and column.
import { extname } from "node:path";
import {
  LineCounter,
  isAlias,
  isMap,
  isSeq,
  parseDocument,
  type Alias,
  type Document,
  type Node,
  type Pair,
  type YAMLMap,
} from "yaml";
import { EngineError, type Place } from "../base/errors.ts";
import { say, type Sentence } from "../base/sentence.ts";
import { sha256 } from "../base/hash.ts";
import { ProblemList } from "../base/problem-list.ts";
import { type FileKind, FILE_KINDS, readWholeFile } from "../base/read-file.ts";
import { isStandardInput } from "../base/standard-input.ts";
import {
  DEEPEST,
  duplicateKeys,
  JsonSyntaxError,
  jsonValue,
  parseJsonTree,
  repeatedField,
  type JsonMember,
  type JsonNode,
} from "./json-tree.ts";
import { problemError, throwProblems, type Problem, type Problems } from "./problems.ts";
import { aliasTargets, exceedsDepth, structureProblems } from "./yaml-structure.ts";

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
      say`is not UTF-8 text; save it as UTF-8, or name a task file (.yaml, .json, .csv, .tsv, .jsonl).`,
      cause,
    );
  }
  if (text.trim() === "") throw invalid(file, say`is empty; see tasks/README.md for a task to begin with.`);
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
  const sentence = say`holds the control character ${name}; remove it, or name a text file.`;
  throw problemError({ place, sentence }, { file, text, code: "invalid-file" });
}

function invalid(file: string, sentence: Sentence, cause?: unknown): EngineError {
  return new EngineError("invalid-file", say`${file}: ${sentence}`, { place: { file } }, { cause });
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
  const problem = (sentence: Sentence, offset: number): Problem => ({ sentence, place: placeOf(offset) });
  const badFile = { file, text, code: "invalid-file" } as const;
  let tree: JsonNode;
  try {
    tree = parseJsonTree(text.replace(/^\uFEFF/, " "));
  } catch (error) {
    throw error instanceof JsonSyntaxError ? problemError(problem(error.sentence, error.at), badFile) : error;
  }
  const problems: Problems = new ProblemList<Problem>();
  for (const { key, keyStart } of duplicateKeys(tree)) problems.add(() => problem(repeatedField(key), keyStart));
  throwProblems(problems, badFile);
  const places = new JsonPlaces(tree);
  return { ...source, data: jsonValue(tree), place: (path, ofKey) => placeOf(places.offset(path, ofKey)) };
}

/** Where the values of a tree stand; an object's fields are looked up in an index, made when it is first asked for. */
class JsonPlaces {
  private readonly fields = new WeakMap<JsonNode, ReadonlyMap<PropertyKey, JsonMember>>();

  constructor(private readonly tree: JsonNode) {}

  offset(path: readonly PropertyKey[], ofKey = false): number {
    let node = this.tree;
    let offset = node.start;
    for (const [index, step] of path.entries()) {
      const isLast = index === path.length - 1;
      const member = this.fieldsOf(node).get(step);
      const next = node.kind === "array" ? node.items[Number(step)] : member?.value;
      if (!next) return offset;
      node = next;
      offset = member && ofKey && isLast ? member.keyStart : next.start;
    }
    return offset;
  }

  private fieldsOf(node: JsonNode): ReadonlyMap<PropertyKey, JsonMember> {
    const known = this.fields.get(node);
    if (known) return known;
    const made = new Map(node.kind === "object" ? node.members.map((member) => [member.key, member]) : []);
    this.fields.set(node, made);
    return made;
  }
}

function parseYaml(source: SourceText): Source {
  const { file, text } = source;
  const lines = new LineCounter();
  const placeOf = (offset: number): Place => toPlace(file, lines, offset);
  const problems: Problems = new ProblemList<Problem>();
  if (exceedsDepth(text, DEEPEST))
    throw invalid(file, say`is nested more than ${DEEPEST} deep; no task file needs that.`);
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  for (const { code, message, pos } of [...document.errors, ...document.warnings]) {
    problems.add(() => ({ place: placeOf(pos[0]), sentence: yamlSentence(code, message) }));
  }
  for (const { sentence, offset } of structureProblems(document)) {
    problems.add(() => ({ place: placeOf(offset), sentence }));
  }
  throwProblems(problems, { file, text, code: "invalid-file" });
  const places = new YamlPlaces(document);
  return {
    ...source,
    data: toPlain(document, source),
    place: (path, ofKey) => placeOf(places.offset(path, ofKey)),
  };
}

function toPlain(document: Document.Parsed, { file }: SourceText): unknown {
  try {
    return document.toJS({ maxAliasCount: MOST_UNFOLDED });
  } catch (cause) {
    if (!(cause instanceof ReferenceError)) throw cause;
    throw invalid(
      file,
      say`uses YAML aliases (*name) that unfold to too much, more than ${MOST_UNFOLDED}; write the values out.`,
      cause,
    );
  }
}

const YAML_REMEDIES: Readonly<Record<string, Sentence>> = {
  TAB_AS_INDENT: say`a tab is used for indentation; use spaces`,
  MULTIPLE_DOCS: say`holds several documents (---); keep one task per file`,
  BAD_INDENT: say`is indented wrongly; fields of one level begin in the same column`,
  MISSING_CHAR: say`lacks a character, such as a closing quote, bracket or comma`,
  BLOCK_AS_IMPLICIT_KEY: say`cannot be read as one field; a text that holds ": " needs quotes`,
  IMPOSSIBLE: say`cannot be read as YAML`,
  BAD_SCALAR_START: say`begins with a character that YAML keeps for itself; put the text in quotes`,
  TAG_RESOLVE_FAILED: say`has a tag (!name); tasks use no tags, remove it`,
  UNEXPECTED_TOKEN: say`has something here that YAML does not expect; a text with { [ * & ! % @ at its beginning needs quotes`,
  MULTILINE_IMPLICIT_KEY: say`has a field name that goes over several lines; is a colon or a quote missing?`,
};

function yamlSentence(code: string, message: string): Sentence {
  if (message.startsWith("Flow ")) return say`comes before a bracket, [ or {, of an earlier line is closed; close it.`;
  const remedy = YAML_REMEDIES[code];
  return remedy === undefined ? say`is not YAML: ${message}.` : say`${remedy}.`;
}

type YamlPair = Pair<Node, Node | null>;

/** The same of a document; aliases lead to the value that they stand for. */
class YamlPlaces {
  private readonly fields = new WeakMap<Node, ReadonlyMap<string, YamlPair>>();
  private aliased: ReadonlyMap<Alias, Node> | undefined;

  constructor(private readonly document: Document.Parsed) {}

  offset(path: readonly PropertyKey[], ofKey = false): number {
    let node: Node | null | undefined = this.document.contents;
    let offset = node?.range?.[0] ?? 0;
    for (const [index, step] of path.entries()) {
      const inside: Node | null | undefined = isAlias(node) ? this.targets.get(node) : node;
      const pair: YamlPair | undefined = isMap(inside) ? this.fieldsOf(inside).get(String(step)) : undefined;
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

  private fieldsOf(map: YAMLMap): ReadonlyMap<string, YamlPair> {
    const known = this.fields.get(map);
    if (known) return known;
    const named = (map.items as YamlPair[]).map(
      (pair) => [String((pair.key as { value?: unknown }).value), pair] as const,
    );
    const made = new Map(named);
    this.fields.set(map, made);
    return made;
  }

  private get targets(): ReadonlyMap<Alias, Node> {
    this.aliased ??= aliasTargets(this.document);
    return this.aliased;
  }
}

function toPlace(file: string, lines: LineCounter, offset: number): Place {
  const { line, col } = lines.linePos(offset);
  return { file, line, column: col };
}
