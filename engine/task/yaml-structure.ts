// What YAML allows and a task file does not: nesting without end, repeated fields, fields whose name is no text, lost aliases.
import { say, type Sentence } from "../base/sentence.ts";
import { Lexer, Parser, isCollection, isScalar, visit, type Alias, type Document, type Node, type YAMLMap } from "yaml";
import { repeatedField } from "./json-tree.ts";

/** True if lists and fields lie more than `deepest` inside one another; read token by token, since the parser of nodes recurses. */
export function exceedsDepth(text: string, deepest: number): boolean {
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) void token;
    const open = parser.stack.filter(({ type }) => COLLECTIONS.has(type)).length;
    if (open > deepest) return true;
  }
  return false;
}

const COLLECTIONS: ReadonlySet<string> = new Set(["block-map", "block-seq", "flow-collection"]);

interface StructureProblem {
  readonly sentence: Sentence;
  /** UTF-16 index of the place. */
  readonly offset: number;
}

/** Each is looked for from the document's start when it is unfolded. */
const MOST_ALIASES = 1000;

/** Every one of them, in the order of the file. */
export function structureProblems(document: Document.Parsed): StructureProblem[] {
  const problems: StructureProblem[] = [];
  const anchors = new Set<string>();
  let aliases = 0;
  const remember = (node: Node): void => {
    if ((isCollection(node) || isScalar(node)) && node.anchor !== undefined) anchors.add(node.anchor);
  };
  visit(document, {
    Alias: (_, { source, range }) => {
      if (++aliases === MOST_ALIASES + 1) {
        problems.push({
          sentence: say`uses more than ${MOST_ALIASES} aliases (*name); write the values out.`,
          offset: range?.[0] ?? 0,
        });
      }
      if (anchors.has(source)) return;
      problems.push({
        sentence: say`uses the alias *${source}, but there is no anchor &${source} before it; write the value out.`,
        offset: range?.[0] ?? 0,
      });
    },
    Map: (_, map) => {
      remember(map);
      for (const problem of keyProblems(map as YAMLMap<unknown, unknown>)) problems.push(problem);
    },
    Seq: (_, list) => remember(list),
    Scalar: (_, scalar) => remember(scalar),
  });
  return problems;
}

/** What each alias stands for: the last value before it that has its anchor. */
export function aliasTargets(document: Document.Parsed): Map<Alias, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(document, {
    Alias: (_, alias) => {
      const target = anchors.get(alias.source);
      if (target) targets.set(alias, target);
    },
    Value: (_, value) => {
      if (value.anchor !== undefined) anchors.set(value.anchor, value);
    },
  });
  return targets;
}

function keyProblems({ items }: YAMLMap<unknown, unknown>): StructureProblem[] {
  const seen = new Set<string>();
  return items.flatMap(({ key }) => {
    const offset = (key as Node | null)?.range?.[0] ?? 0;
    if (!isScalar(key))
      return [{ sentence: say`is no text, so it cannot be the name of a field; write name: value.`, offset }];
    const name = String(key.value);
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    return [{ sentence: repeatedField(name), offset }];
  });
}
