// From the fields of a template task to the task, with every check that needs more than one field.
import { say, sayList, type Sentence } from "../base/sentence.ts";
import type { Place } from "../base/errors.ts";
import { ProblemList } from "../base/problem-list.ts";
import { didYouMean, namesOf } from "../base/did-you-mean.ts";
import { commonFields, commonProblems } from "./common-fields.ts";
import { formatPath } from "./explain-issue.ts";
import { parsePosition } from "./positions.ts";
import { roleProblems } from "./role-rules.ts";
import { throwProblems, type Problem, type Problems } from "./problems.ts";
import { type AnswersField, MOST_ANSWERS, type TemplateTaskFile } from "./schema.ts";
import type { Source } from "./source.ts";
import { WRITTEN, type Corruption, type TemplateTask, type Variant, type WordList } from "./task.ts";
import {
  exchangeFirst,
  nameOccurrences,
  parseTemplate,
  references,
  slotsOfRule,
  writtenReference,
  type AnswerRule,
  type Reference,
  type Template,
} from "./template.ts";

type Path = readonly PropertyKey[];

/** @throws EngineError "invalid-task" naming every problem */
export function templateTask(source: Source, fields: TemplateTaskFile): TemplateTask {
  return new TemplateTaskReader(source, fields).read();
}

class TemplateTaskReader {
  private readonly problems: Problems = new ProblemList<Problem>();
  private readonly lists: Readonly<Record<string, WordList>>;
  private readonly usedSlots = new Set<string>();
  /** False once a template cannot be read: what is said about all mentions would be wrong then. */
  private templatesAreWhole = true;

  constructor(
    private readonly source: Source,
    private readonly fields: TemplateTaskFile,
  ) {
    this.lists = Object.fromEntries(Object.entries(fields.lists).map(([name, list]) => [name, toWordList(list)]));
  }

  read(): TemplateTask {
    this.problems.addAll(commonProblems(this.source, this.fields));
    this.checkLists();
    this.checkSlots();
    const variants = this.variants("templates", this.fields.templates, "");
    const heldOutVariants = this.variants("heldOutTemplates", this.fields.heldOutTemplates ?? [], "h");
    const all = [...variants, ...heldOutVariants];
    this.fields.bothOrders?.forEach((slot, i) => this.checkSlotName(slot, ["bothOrders", i]));
    const corruptions = this.fields.corruptions ?? {};
    const corruption = this.defaultCorruption(corruptions);
    this.checkSplit();
    if (this.templatesAreWhole) {
      const mentions = mentionsIn(all);
      this.checkCorruptions(corruptions, mentions);
      this.checkPositions(mentions);
      this.checkRoles(all);
      this.checkUnused();
    }
    throwProblems(this.problems, this.source);
    return {
      ...commonFields(this.source, this.fields),
      kind: "contrast",
      form: "templates",
      lists: this.lists,
      slots: this.fields.slots,
      variants,
      heldOutVariants,
      corruption,
      corruptions,
      positions: (this.fields.positions ?? []).filter((name) => name !== "END"),
      roles: this.fields.roles ?? [],
    };
  }

  private add(
    path: Path,
    sentence: () => Sentence,
    { ofKey = false, part }: { ofKey?: boolean; part?: string } = {},
  ): void {
    this.problems.add(() => {
      const place = this.source.place(path, ofKey);
      return { sentence: sentence(), place: part === undefined ? place : placeOfPart(place, part, this.source.text) };
    });
  }

  private checkLists(): void {
    for (const [name, list] of Object.entries(this.fields.lists)) {
      if (Array.isArray(list)) {
        this.checkRepeats(list, (i) => ["lists", name, i], say`list "${name}"`);
        continue;
      }
      list.rows.forEach((row, i) => {
        if (row.length === list.columns.length) return;
        const path = ["lists", name, "rows", i];
        this.add(
          path,
          () =>
            say`${formatPath(path)} has ${row.length} ${row.length === 1 ? say`entry` : say`entries`}, but there are ${list.columns.length} columns; write one entry for each.`,
        );
      });
      this.checkRepeats(list.columns, (i) => ["lists", name, "columns", i], say`columns of list "${name}"`);
      this.checkRepeats(
        list.rows.map(([first]) => first!),
        (i) => ["lists", name, "rows", i],
        say`list "${name}"`,
      );
    }
  }

  private checkRepeats(words: readonly string[], path: (index: number) => Path, where: Sentence): void {
    const seen = new Set<string>();
    words.forEach((word, i) => {
      if (seen.has(word)) this.add(path(i), () => say`"${word}" stands twice in ${where}; keep one.`);
      seen.add(word);
    });
  }

  private checkSlots(): void {
    const { slots, lists } = this.fields;
    if (Object.keys(slots).length === 0)
      this.add(["slots"], () => say`"slots" is empty; name each slot and its list, such as S: name.`);
    for (const [slot, list] of Object.entries(slots)) {
      if (!Object.hasOwn(lists, list)) {
        this.add(
          ["slots", slot],
          () =>
            say`slot "${slot}" draws from list "${list}", which is not under lists.${didYouMean(list, Object.keys(lists))}`,
        );
      }
      if (slot === "new" || slot === "END")
        this.add(["slots", slot], () => say`"${slot}" has a meaning of its own; give the slot another name.`, {
          ofKey: true,
        });
    }
  }

  /** @param prefix before the number of a template, for its name */
  private variants(
    field: "templates" | "heldOutTemplates",
    templates: TemplateTaskFile["templates"],
    prefix: string,
  ): Variant[] {
    const { bothOrders } = this.fields;
    return templates.flatMap((entry, index) => {
      const path = [field, index];
      const isText = typeof entry === "string";
      const text = isText ? this.template(entry, path) : this.template(entry.text, [...path, "text"]);
      const corrupt =
        isText || entry.corrupt === undefined ? undefined : this.template(entry.corrupt, [...path, "corrupt"]);
      const answers = this.rule("answers", isText ? undefined : entry.answers, path, text);
      const wrongAnswers = this.rule("wrongAnswers", isText ? undefined : entry.wrongAnswers, path, text);
      this.checkOccurrenceNames(text, path);
      const name = `${prefix}${index + 1}`;
      const { line } = this.source.place(path);
      if (!bothOrders) return [{ name, line, text: nameOccurrences(text), corrupt, answers, wrongAnswers }];
      return this.orders({ name, line, text, corrupt, answers, wrongAnswers }, bothOrders, path);
    });
  }

  private orders(variant: Variant, slots: readonly [string, string], path: Path): Variant[] {
    const places = slots.map((slot) => references(variant.text).findIndex((reference) => reference.slot === slot));
    const missing = slots.filter((_, i) => places[i] === -1);
    for (const slot of missing)
      this.add(
        path,
        () => say`the template has no {${slot}}, but bothOrders exchanges it; add it or remove bothOrders.`,
      );
    if (missing.length > 0) {
      this.templatesAreWhole = false;
      return [];
    }
    const written = places[0]! < places[1]! ? slots : ([slots[1], slots[0]] as const);
    const exchanged = {
      ...variant,
      text: exchangeFirst(variant.text, slots),
      corrupt: variant.corrupt && exchangeFirst(variant.corrupt, slots),
    };
    return [
      { ...variant, text: nameOccurrences(variant.text), name: `${variant.name}/${written.join("-")}` },
      {
        ...exchanged,
        text: nameOccurrences(exchanged.text),
        name: `${variant.name}/${[...written].reverse().join("-")}`,
      },
    ];
  }

  /** A prompt. */
  private template(text: string, path: Path): Template {
    if (/\s$/.test(text))
      this.add(path, () => say`the prompt ends with a space; remove it, answers begin with one (" Mary").`);
    if (/^\s/.test(text)) this.add(path, () => say`the prompt begins with a space; remove it.`);
    return this.pieces(text, path);
  }

  private pieces(text: string, path: Path): Template {
    const parsed = parseTemplate(text);
    if ("problem" in parsed) {
      this.add(path, () => say`${JSON.stringify(text)} ${parsed.problem}.`, { part: parsed.part });
      this.templatesAreWhole = false;
      return [];
    }
    references(parsed.pieces).forEach((reference) => this.checkReference(reference, path));
    return parsed.pieces;
  }

  private checkReference(reference: Reference, path: Path): void {
    const { slot, column, offset } = reference;
    const part = writtenReference(reference);
    if (!this.checkSlotName(slot, path, part)) return;
    this.usedSlots.add(slot);
    const name = this.fields.slots[slot]!;
    const list = Object.hasOwn(this.lists, name) ? this.lists[name] : undefined;
    if (!list) return;
    if (column !== undefined && !list.columns.includes(column)) {
      this.add(path, () => unknownColumn(slot, column, list), { part });
    }
    if (offset >= list.rows.length) {
      this.add(
        path,
        () =>
          say`{${slot}+${offset}} goes beyond list "${this.fields.slots[slot]}", which has ${list.rows.length} entries.`,
        { part },
      );
    }
  }

  /** True if the slot is declared. */
  private checkSlotName(slot: string, path: Path, part?: string): boolean {
    const { slots } = this.fields;
    if (Object.hasOwn(slots, slot)) return true;
    if (Object.keys(slots).length === 0) return false;
    this.add(
      path,
      () => {
        const names = Object.keys(slots);
        return say`"${slot}" is not a slot; declare it under slots (there are ${namesOf(names)}).${didYouMean(slot, names)}`;
      },
      { part },
    );
    return false;
  }

  /** S occurs twice, so its mentions are called S1 and S2: no slot may have such a name. */
  private checkOccurrenceNames(text: Template, path: Path): void {
    for (const { name, slot } of references(nameOccurrences(text))) {
      if (name !== undefined && name !== slot && Object.hasOwn(this.fields.slots, name)) {
        this.add(
          path,
          () => say`slot "${name}" has the name of a mention of slot "${slot}"; give one of them another name.`,
          {
            part: `{${name}}`,
          },
        );
      }
    }
  }

  private rule(
    field: "answers" | "wrongAnswers",
    own: AnswersField | undefined,
    path: Path,
    text: Template,
  ): AnswerRule {
    const answers = own ?? this.fields[field];
    const at = own ? [...path, field] : [field];
    if (answers === undefined) {
      const needless = field === "wrongAnswers" && this.fields.metric === "log-probability";
      if (!needless)
        this.add(
          path,
          () => say`there are no "${field}"; write them for the task or for this template, such as ${field}: [" {S}"].`,
        );
      return { kind: "strings", strings: [] };
    }
    if (!Array.isArray(answers)) return this.range(answers, at);
    return {
      kind: "strings",
      strings: answers.map((answer, i) => {
        const place = [...at, i];
        const pieces = this.pieces(answer, place);
        this.checkGlued(text, pieces, answer, place);
        return pieces;
      }),
    };
  }

  /** "…gave a drink to" + "Mary": a space was forgotten. */
  private checkGlued(text: Template, answer: Template, written: string, path: Path): void {
    const end = text.at(-1);
    const start = answer[0];
    const endsInLetter = typeof end === "string" && /\p{L}$/u.test(end);
    const first = typeof start === "object" ? this.lists[this.fields.slots[start.slot]!]?.rows[0]?.[0] : start;
    if (endsInLetter && first !== undefined && /^\p{L}/u.test(first)) {
      this.add(
        path,
        () =>
          say`answer "${written}" would follow "${end.trim().split(" ").at(-1) ?? ""}" without a space; write " ${written}".`,
      );
    }
  }

  private range({ list, after, before, upTo, prefix = "" }: Exclude<AnswersField, string[]>, path: Path): AnswerRule {
    const sides = Object.entries({ after, before, upTo }).filter(
      (side): side is ["after" | "before" | "upTo", string] => side[1] !== undefined,
    );
    const [side] = sides;
    if (sides.length !== 1 || !side) {
      this.add(
        path,
        () => say`a part of a list needs exactly one of after, before and upTo; there are ${sides.length}.`,
      );
      return { kind: "strings", strings: [] };
    }
    if (!Object.hasOwn(this.lists, list)) {
      this.add([...path, "list"], () => say`"${list}" is not under lists.${didYouMean(list, Object.keys(this.lists))}`);
    } else if (this.lists[list].rows.length > MOST_ANSWERS) {
      this.add(
        [...path, "list"],
        () =>
          say`list "${list}" has ${this.lists[list].rows.length} words, more than the ${MOST_ANSWERS} that can be answers; name a shorter list.`,
      );
    } else if (this.checkSlotName(side[1], [...path, side[0]])) {
      this.usedSlots.add(side[1]);
      const own = this.fields.slots[side[1]];
      if (own !== list)
        this.add(
          [...path, side[0]],
          () => say`slot "${side[1]}" draws from list "${own}", not from "${list}"; name a slot of that list.`,
        );
    }
    return { kind: "range", list, slot: side[1], side: side[0], prefix };
  }

  private checkCorruptions(corruptions: Readonly<Record<string, Corruption>>, mentions: Mentions): void {
    for (const [name, corruption] of Object.entries(corruptions)) {
      if (name === WRITTEN)
        this.add(
          ["corruptions", name],
          () => say`"${WRITTEN}" means the templates' own corrupt texts; choose another name.`,
          {
            ofKey: true,
          },
        );
      if (Object.keys(corruption).length === 0)
        this.add(["corruptions", name], () => say`corruption "${name}" changes nothing; write such as { S2: new }.`);
      for (const [target, source] of Object.entries(corruption))
        this.checkReplacement(["corruptions", name, target], target, source, mentions);
    }
  }

  private checkReplacement(path: Path, target: string, source: string, mentions: Mentions): void {
    const slot = mentions.everywhere.get(target);
    if (slot === undefined) {
      this.add(path, () => noMention(target, mentions), { ofKey: true });
      return;
    }
    if (source === "new") return;
    if (!this.checkSlotName(source, path)) return;
    this.usedSlots.add(source);
    const [from, to] = [this.fields.slots[source], this.fields.slots[slot]];
    if (from !== to)
      this.add(
        path,
        () =>
          say`slot "${source}" draws from list "${from}", but ${target} from "${to}"; only a slot of one list can take its place.`,
      );
  }

  private defaultCorruption(corruptions: Readonly<Record<string, Corruption>>): string {
    const { corruption, templates } = this.fields;
    const names = Object.keys(corruptions);
    const lacking = templates.findIndex((entry) => typeof entry === "string" || entry.corrupt === undefined);
    const isWritten = lacking < 0;
    if (corruption !== undefined) {
      const allowed = isWritten ? [...names, WRITTEN] : names;
      if (!allowed.includes(corruption)) {
        this.add(
          ["corruption"],
          () =>
            say`corruption "${corruption}" is not under corruptions (there are ${namesOf(allowed)}).${didYouMean(corruption, allowed)}`,
        );
      }
      return corruption;
    }
    if (isWritten) return WRITTEN;
    if (names.length === 0)
      this.add(
        ["templates", lacking],
        () =>
          say`nothing says how the corrupt prompt is made; write "corrupt" for the template or corruptions for the task.`,
      );
    if (names.length > 1)
      this.add(
        ["corruptions"],
        () => say`there are ${names.length} corruptions; say with "corruption" which one is the default.`,
        { ofKey: true },
      );
    return names[0] ?? WRITTEN;
  }

  private checkPositions(mentions: Mentions): void {
    this.fields.positions?.forEach((position, i) => {
      const path = ["positions", i];
      const base = parsePosition(position)?.base;
      if (base === undefined) {
        this.add(path, () => say`position "${position}" is none; write a mention such as S1, S1+1 or END.`);
      } else if (base !== "END" && !mentions.namedEverywhere.has(base)) {
        this.add(path, () => noPosition(position, base, mentions));
      }
    });
  }

  private checkRoles(variants: readonly Variant[]): void {
    const mentions = variants.flatMap(({ text }) => references(text).flatMap(({ name }) => name ?? []));
    const named = this.fields.positions ?? [...new Set(mentions)];
    this.problems.addAll(roleProblems(this.source, this.fields.roles, named));
  }

  private checkSplit(): void {
    this.fields.split?.by?.forEach((slot, i) => this.checkSlotName(slot, ["split", "by", i]));
    if (this.fields.split?.order !== undefined) {
      this.add(["split", "order"], () => say`"split.order" belongs to tasks with prompts; remove it.`);
    }
  }

  private checkUnused(): void {
    for (const slot of Object.keys(this.fields.slots)) {
      if (!this.usedSlots.has(slot))
        this.add(["slots", slot], () => say`slot "${slot}" is not used; use it as {${slot}} or remove it.`, {
          ofKey: true,
        });
    }
  }
}

/** Place of a part of the text that begins at a place, if it stands in the same line; otherwise that place. */
function placeOfPart(place: Place, part: string, text: string): Place {
  if (place.line === undefined || place.column === undefined) return place;
  const at = text.split("\n")[place.line - 1]!.indexOf(part, place.column - 1);
  return at < 0 ? place : { ...place, column: at + 1 };
}

function toWordList(list: TemplateTaskFile["lists"][string]): WordList {
  return Array.isArray(list) ? { columns: [""], rows: list.map((word) => [word]) } : list;
}

/** Slots that a variant needs words for, those of its answers and of the corruption included. */
export function slotsOfVariant(
  { text, corrupt, answers, wrongAnswers }: Variant,
  corruption: Corruption = {},
): string[] {
  return [
    ...new Set([
      ...references(text).map(({ slot }) => slot),
      ...references(corrupt ?? []).map(({ slot }) => slot),
      ...slotsOfRule(answers),
      ...slotsOfRule(wrongAnswers),
      ...Object.values(corruption).filter((source) => source !== "new"),
    ]),
  ];
}

/** What the templates mention, looked up by name. */
interface Mentions {
  readonly variants: readonly Variant[];
  /** Occurrence (S2) or slot (S) that every template has → its slot. */
  readonly everywhere: ReadonlyMap<string, string>;
  /** Occurrences that every template has. */
  readonly namedEverywhere: ReadonlySet<string>;
}

function mentionsIn(variants: readonly Variant[]): Mentions {
  const slots = new Map<string, string>();
  const names = new Set<string>();
  variants.forEach(({ text }, i) => {
    const all = references(text);
    const targets = new Map(all.flatMap(({ name = "", slot }) => [[slot, slot] as const, [name, slot] as const]));
    const own = new Set(all.map(({ name }) => name));
    for (const [target, slot] of targets) if (i === 0 && target !== "") slots.set(target, slot);
    for (const name of own) if (i === 0 && name !== undefined) names.add(name);
    for (const target of slots.keys()) if (!targets.has(target)) slots.delete(target);
    for (const name of names) if (!own.has(name)) names.delete(name);
  });
  return { variants, everywhere: slots, namedEverywhere: names };
}

function noMention(target: string, { variants }: Mentions): Sentence {
  const mentionsOf = (variant: Variant): string[] => references(variant.text).flatMap(({ name }) => name ?? []);
  const names = [...new Set(variants.flatMap(mentionsOf))];
  const lacking = names.includes(target)
    ? variants.find(({ text }) => !references(text).some(({ name, slot }) => name === target || slot === target))
    : undefined;
  const there = lacking ? mentionsOf(lacking) : names;
  return say`there is no "${target}"${lacking ? say` in template ${lacking.name}` : say``}; mentions are ${namesOf(there)}.${didYouMean(target, there)}`;
}

function noPosition(position: string, base: string, { variants }: Mentions): Sentence {
  const lacking = variants.find(({ text }) => !references(text).some(({ name }) => name === base))!;
  const names = [...new Set(references(lacking.text).flatMap(({ name }) => name ?? []))];
  return say`position "${position}": template ${lacking.name} has no mention "${base}" (it has ${namesOf(names)}).${didYouMean(base, names)}`;
}

function unknownColumn(slot: string, column: string, list: WordList): Sentence {
  const columns = list.columns.filter((name) => name !== "");
  const remedy =
    columns.length > 0 ? say`its columns are ${sayList(columns, ", ")}` : say`its list has no columns, write {${slot}}`;
  return say`{${slot}.${column}}: slot "${slot}" has no column "${column}"; ${remedy}.${didYouMean(column, columns)}`;
}
