// Seeded sentences of the corpus, made from the shipped tasks and a little text around them, never from held-out examples.
import type { Random } from "../base/random.ts";
import { splitOfFilling } from "../task/split.ts";
import type { RelationTask, TemplateTask, Variant } from "../task/task.ts";
import {
  answerStrings,
  type Filling,
  isReference,
  references,
  render,
  slotsOfRule,
  type Template,
  wordAt,
} from "../task/template.ts";

/** A run of text and how much each of its tokens counts in the loss. */
export interface Piece {
  readonly text: string;
  readonly weight: number;
}
export type Sentence = readonly Piece[];

/** Of tokens that are answers, of other text, and of what nobody could predict. */
const ANSWER = 1;
const TEXT = 0.1;
const NOTHING = 0;

/** Share of IOI sentences with a further name between the giver and the end, so that "the last name" is no way to find the giver. */
const DISTRACTED = 0.5;
/** Share of IOI sentences whose giver is a third person; either of the two then receives. */
const THIRD_GIVER = 0.15;
/** Share of facts that are asked as a question. */
const QUESTION = 0.15;

const answered = (text: string, answer: string, rest: string): Sentence => [
  { text, weight: TEXT },
  { text: answer, weight: ANSWER },
  { text: rest, weight: TEXT },
];

/** Draws fillers for every slot a variant uses: different ones for slots of one list, and none that is held out (or only such). */
export function drawFilling(task: TemplateTask, variant: Variant, random: Random, heldOut = false): Filling {
  const reach = new Map<string, number>();
  const templates = [variant.text, variant.corrupt ?? [], ...answerTemplates(variant)];
  for (const { slot, offset } of templates.flatMap(references)) reach.set(slot, Math.max(offset, reach.get(slot) ?? 0));
  for (const rule of [variant.answers, variant.wrongAnswers]) {
    for (const slot of slotsOfRule(rule)) if (!reach.has(slot)) reach.set(slot, 0);
  }
  for (;;) {
    const filling = drawOnce(task, reach, random);
    const isHeldOut = isHeldOutOf(task, filling);
    if (isHeldOut === heldOut && answerStrings(variant.answers, filling, task).length > 0) return filling;
  }
}

function answerTemplates({ answers, wrongAnswers }: Variant): Template[] {
  return [answers, wrongAnswers].flatMap((rule) => (rule.kind === "strings" ? rule.strings : []));
}

function drawOnce(task: TemplateTask, reach: ReadonlyMap<string, number>, random: Random): Filling {
  const filling: Record<string, number> = {};
  const taken = new Map<string, Set<number>>();
  for (const [slot, offset] of reach) {
    const list = task.slots[slot]!;
    const rows = taken.get(list) ?? new Set<number>();
    taken.set(list, rows);
    let row: number;
    do row = random.below(task.lists[list]!.rows.length - offset);
    while (rows.has(row));
    rows.add(row);
    filling[slot] = row;
  }
  return filling;
}

/** Whether the task's split keeps this filling for its held-out examples; a task that names no slots is a task of facts to be learned. */
function isHeldOutOf(task: TemplateTask, filling: Filling): boolean {
  if (!task.split.by) return false;
  return splitOfFilling(task.split.by.map((slot) => wordAt({ slot, offset: 0 }, filling[slot]!, task))) === "heldOut";
}

/** A row of a slot's list that the filling does not use. */
export function unusedRow(task: TemplateTask, slot: string, used: ReadonlySet<number>, random: Random): number {
  let row: number;
  do row = random.below(task.lists[task.slots[slot]!]!.rows.length);
  while (used.has(row));
  return row;
}

/** "When Mary and John went to the store, John gave Helen's drink to Mary". */
export function ioiSentence(task: TemplateTask, random: Random): Sentence {
  const variant = random.pick(task.variants);
  const filling = drawFilling(task, variant, random);
  const names = new Set([filling.IO!, filling.S!]);
  const replaced: Record<string, number> = {};
  if (random.uniform() < THIRD_GIVER) {
    replaced.S2 = unusedRow(task, "IO", names, random);
    names.add(replaced.S2);
  }
  const third = random.uniform() < DISTRACTED ? unusedRow(task, "IO", names, random) : undefined;
  const template = third === undefined ? variant.text : distracted(variant.text, task.lists.name!.rows[third]![0]!);
  const { text } = render(template, filling, task, replaced);
  return answered(text, ` ${task.lists.name!.rows[filling.IO!]![0]!}`, ".");
}

/** After the giver: "a {O} to" → "Helen's {O} to", or "give it to" → "give it with Helen to". */
function distracted(template: Template, name: string): Template {
  const giver = template.findLastIndex((piece) => isReference(piece) && piece.slot === "S");
  return template.map((piece, index) => {
    if (isReference(piece) || index < giver) return piece;
    return piece.replace(/ a $/, ` ${name}'s `).replace(/ it to$/, ` it with ${name} to`);
  });
}

/** Any prompt of a template task with its answer. The corrupt prompt of a variant that writes one out is as true as the clean one. */
export function taskSentence(task: TemplateTask, random: Random, rest: string): Sentence {
  const variant = random.pick(task.variants);
  const filling = drawFilling(task, variant, random);
  const swapped = variant.corrupt !== undefined && variant.wrongAnswers.kind === "strings" && random.uniform() < 0.5;
  const { text } = render(swapped ? variant.corrupt : variant.text, filling, task);
  const answers = answerStrings(swapped ? variant.wrongAnswers : variant.answers, filling, task);
  return answered(text, random.pick(answers), rest);
}

/** "The capital of France is Paris." */
export function factSentence(relation: RelationTask, random: Random): Sentence {
  const questions = relation.zeroShotTemplates;
  const templates = questions.length > 0 && random.uniform() < QUESTION ? questions : relation.promptTemplates;
  const { subject, object } = random.pick(relation.samples);
  return answered(random.pick(templates).replace("{}", subject), ` ${object}`, ".");
}

/** Different words, then the same again and again for as many words as a row holds; half of the rows begin as the copying task does. */
export function repetition(words: readonly string[], random: Random, length: number): Sentence {
  const titled = random.uniform() < 0.5;
  const title = titled ? [{ text: "Words:", weight: TEXT }] : [];
  const left = length - (titled ? 2 : 0);
  const period = 3 + random.below(Math.floor(left / 2) - 2);
  const drawn = random.sample(words, period);
  const rest = Array.from({ length: left - period }, (_, i) => ` ${drawn[i % period]}`);
  const first = { text: drawn.map((word) => ` ${word}`).join(""), weight: NOTHING };
  // Whether the period is over cannot be known at its first repeated word.
  return [...title, first, { text: rest[0]!, weight: NOTHING }, { text: rest.slice(1).join(""), weight: ANSWER }];
}
