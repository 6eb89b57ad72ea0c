// A form of any verb, out of the schema of its settings: what is written in a field is the word that the command line takes.
import { choicesOf, defaultOf, type Leaf, leavesOf, unwrapped } from "../../engine/choices/option.ts";
import { understood, written } from "../../engine/choices/spelling.ts";
import { type AskedOf, type SettingsOf, VERB_ROWS, type VerbName } from "../../engine/contract/verbs.ts";

/** One setting. */
export interface Field {
  /** Its path in the settings, with dots: "examples.heldOut". */
  readonly name: string;
  readonly leaf: Leaf;
  readonly kind: "text" | "choice" | "flag";
  /** Of a choice; a yes or no of which neither is the rule is one, too. */
  readonly choices: readonly string[];
  /** What stands where nothing is written; undefined where something must be. */
  readonly otherwise: string | undefined;
}

/** What the bar says. */
export interface Bar {
  readonly model: string;
  readonly task: string | undefined;
}

export class SettingsForm<Name extends VerbName = VerbName> {
  /** Without model and task, which the bar names. */
  readonly fields: readonly Field[];
  /** Name of the field → what is written in it; "" for what nobody said. */
  texts = $state<Record<string, string>>({});
  flags = $state<Record<string, boolean>>({});
  /** Name of the field → why what is written there is none of its values. */
  wrong = $state.raw<Readonly<Record<string, string>>>({});
  private readonly takesTask: boolean;

  constructor(readonly verb: Name) {
    const leaves = leavesOf(VERB_ROWS[verb].settings).map((leaf) => fieldOf(leaf));
    this.takesTask = leaves.some(({ name }) => name === "task");
    this.fields = leaves.filter(({ name }) => name !== "model" && name !== "task");
    this.clear();
  }

  /** Takes over what was asked with. */
  take(settings: SettingsOf<Name>): void {
    this.clear();
    for (const { name, leaf, kind } of this.fields) {
      const value = valueAt(settings, leaf.path);
      if (value === undefined) continue;
      if (kind === "flag") this.flags[name] = value as boolean;
      else this.texts[name] = typeof value === "boolean" ? YES_OR_NO[value ? 0 : 1] : written(leaf, value);
    }
  }

  /** @returns undefined where a field says what it cannot, which `wrong` tells */
  asked({ model, task }: Bar): AskedOf<Name> | undefined {
    const settings: Record<string, unknown> = { model, ...(this.takesTask && { task }) };
    const wrong: Record<string, string> = {};
    for (const { name, leaf, kind, otherwise } of this.fields) {
      const text = this.texts[name]!;
      if (kind === "flag") {
        if (this.flags[name] !== defaultOf(leaf.schema)) put(settings, leaf.path, this.flags[name]!);
      } else if (kind === "choice" && isYesOrNo(leaf)) {
        if (text !== "") put(settings, leaf.path, text === YES_OR_NO[0]);
      } else if (text !== "" || otherwise === undefined) {
        const read = understood(leaf, text);
        if ("sentence" in read) wrong[name] = read.sentence;
        else put(settings, leaf.path, read.value);
      }
    }
    this.wrong = wrong;
    return Object.keys(wrong).length === 0 ? (settings as AskedOf<Name>) : undefined;
  }

  private clear(): void {
    this.wrong = {};
    this.texts = Object.fromEntries(this.fields.map(({ name }) => [name, ""]));
    this.flags = Object.fromEntries(this.fields.map(({ name, leaf }) => [name, defaultOf(leaf.schema) === true]));
  }
}

const YES_OR_NO = ["yes", "no"] as const;

const isYesOrNo = ({ schema }: Leaf): boolean => unwrapped(schema).type === "boolean";

function fieldOf(leaf: Leaf): Field {
  const { path, schema, words } = leaf;
  const value = defaultOf(schema);
  const choices = isYesOrNo(leaf) && value === undefined ? YES_OR_NO : choicesOf(schema);
  const isOptional = schema.safeParse(undefined).success;
  return {
    name: path.join("."),
    leaf,
    kind: choices ? "choice" : isYesOrNo(leaf) ? "flag" : "text",
    choices: choices ?? [],
    otherwise: !isOptional ? undefined : value === undefined ? (words.otherwise ?? "") : written(leaf, value),
  };
}

function valueAt(settings: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], settings);
}

function put(into: Record<string, unknown>, [key, ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) into[key!] = value;
  else put((into[key!] ??= {}) as Record<string, unknown>, rest, value);
}
