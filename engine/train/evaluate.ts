// What a trained model can do: the score of every task, and what greedy exact pruning of its heads leaves for IOI.
import { klDivergence, probabilityOf } from "../readout/distribution.ts";
import { argMax } from "../readout/ranking.ts";
import { expandTask } from "../task/expand.ts";
import type { Example } from "../task/example.ts";
import type { RelationTask, TemplateTask } from "../task/task.ts";
import type { Tokenizer } from "../tokens/tokenizer.ts";
import type { CorpusTasks } from "./corpus.ts";
import { allGates, type CorruptZ, type ForwardProgram, type Gates } from "./forward-program.ts";
import { packPairs, type PairBatch, type TokenPair } from "./pairs.ts";

/** One line of the card. */
export interface TaskScore {
  readonly name: string;
  /** Share of prompts whose likeliest next token is an answer, or the mean probability of all answers together. */
  readonly score: number;
  readonly measure: "accuracy" | "probability";
  readonly prompts: number;
}

/** What a search of one seed left, its figures on the held-out examples. */
export interface PruneTrial {
  readonly seed: number;
  /** Indices layer·nHeads + head. */
  readonly heads: readonly number[];
  readonly discoveryFaithfulness: number;
  readonly faithfulness: number;
  /** KL(model ‖ circuit) in nats. */
  readonly divergence: number;
  readonly accuracy: { readonly full: number; readonly circuit: number };
}

/** Half-width of the faithfulness that a circuit may have, and the share of the model's accuracy that it must have. */
const TOLERANCE = 0.1;
const LEAST_ACCURACY = 0.9;

/** Scores of all tasks of the corpus: held-out examples of the template tasks, every fact of the relations. */
export async function taskScores(
  program: ForwardProgram,
  tasks: CorpusTasks,
  tokenizer: Tokenizer,
): Promise<TaskScore[]> {
  const scores: TaskScore[] = [];
  for (const task of [tasks.ioi, tasks.copying, tasks.agreement, tasks.pronoun, tasks.successor]) {
    scores.push(await scoreExamples(program, task, tokenizer, "accuracy"));
  }
  scores.push(await scoreExamples(program, tasks.greaterThan, tokenizer, "probability"));
  for (const relation of [...tasks.facts, ...tasks.twoSteps])
    scores.push(await scoreFacts(program, relation, tokenizer));
  return scores;
}

async function scoreExamples(
  program: ForwardProgram,
  task: TemplateTask,
  tokenizer: Tokenizer,
  measure: TaskScore["measure"],
): Promise<TaskScore> {
  const examples = expandTask(task, tokenizer).examples.filter(({ split }) => split === "heldOut");
  const prompts = examples.map(({ clean, answers }) => ({ ids: clean.ids, answers }));
  const score = await scorePrompts(program, prompts, tokenizer, measure);
  return { name: task.name, measure, prompts: prompts.length, score };
}

async function scoreFacts(program: ForwardProgram, relation: RelationTask, tokenizer: Tokenizer): Promise<TaskScore> {
  const prompts = relation.promptTemplates.flatMap((template) =>
    relation.samples.map(({ subject, object }) => ({
      ids: tokenizer.encode(template.replace("{}", subject)),
      answers: tokenizer.encodePlain(` ${object}`),
    })),
  );
  const score = await scorePrompts(program, prompts, tokenizer, "accuracy");
  return { name: relation.name, measure: "accuracy", prompts: prompts.length, score };
}

interface AnsweredPrompt {
  readonly ids: readonly number[];
  readonly answers: readonly number[];
}

async function scorePrompts(
  program: ForwardProgram,
  prompts: readonly AnsweredPrompt[],
  tokenizer: Tokenizer,
  measure: TaskScore["measure"],
): Promise<number> {
  const { dVocab } = program.shape;
  let sum = 0;
  for (let first = 0; first < prompts.length; first += program.batch) {
    const some = prompts.slice(first, first + program.batch);
    const pairs = some.map(({ ids }) => ({ clean: ids, corrupt: ids, right: 0, wrong: 0 }));
    const logits = await program.logits(filled(program, pairs, tokenizer), allGates(program.shape));
    some.forEach(({ answers }, row) => {
      const values = logits.subarray(row * dVocab, (row + 1) * dVocab);
      if (measure === "accuracy") sum += answers.includes(argMax(values)) ? 1 : 0;
      else sum += probabilityOf(answers, values);
    });
  }
  return sum / prompts.length;
}

/** Prunes heads from all to 1-minimal: ascending single effect, passes until one removes nothing. */
export async function pruneHeads(
  program: ForwardProgram,
  task: TemplateTask,
  tokenizer: Tokenizer,
  seed: number,
): Promise<PruneTrial> {
  const { examples } = expandTask(task, tokenizer, { seed });
  const ofSplit = (split: Example["split"]) => examples.filter((example) => example.split === split);
  const discovery = await MeasuredSplit.open(program, ofSplit("discovery"), tokenizer);
  const heldOut = await MeasuredSplit.open(program, ofSplit("heldOut"), tokenizer);
  const kept = allGates(program.shape);
  const effects = new Map<number, number>();
  for (const head of kept.keys())
    effects.set(head, Math.abs(1 - (await discovery.measure(without(kept, head))).faithfulness));
  const order = [...kept.keys()].sort((a, b) => effects.get(a)! - effects.get(b)!);
  for (let removed = true; removed;) {
    removed = false;
    for (const head of order) {
      if (kept[head] === 0 || !discovery.isGood(await discovery.measure(without(kept, head)))) continue;
      kept[head] = 0;
      removed = true;
    }
  }
  const figures = await heldOut.measure(kept);
  return {
    seed,
    heads: [...kept.keys()].filter((head) => kept[head] === 1),
    discoveryFaithfulness: (await discovery.measure(kept)).faithfulness,
    faithfulness: figures.faithfulness,
    divergence: figures.divergence,
    accuracy: { full: heldOut.full.accuracy, circuit: figures.accuracy },
  };
}

function without(gates: Gates, head: number): Gates {
  return gates.map((gate, index) => (index === head ? 0 : gate));
}

interface Figures {
  readonly difference: number;
  readonly accuracy: number;
  readonly faithfulness: number;
  readonly divergence: number;
}

/** The examples of one split with all that every measurement of a circuit on them needs. */
class MeasuredSplit {
  private constructor(
    private readonly program: ForwardProgram,
    private readonly pairs: PairBatch,
    private readonly count: number,
    private readonly corrupt: CorruptZ,
    private readonly fullLogits: Float32Array,
    readonly full: { readonly difference: number; readonly accuracy: number },
    private readonly empty: number,
  ) {}

  static async open(
    program: ForwardProgram,
    examples: readonly Example[],
    tokenizer: Tokenizer,
  ): Promise<MeasuredSplit> {
    const { shape } = program;
    const tokenPairs = examples.map(({ clean, corrupt, answers, wrongAnswers }) => ({
      clean: clean.ids,
      corrupt: corrupt.ids,
      right: answers[0]!,
      wrong: wrongAnswers[0]!,
    }));
    const pairs = filled(program, tokenPairs, tokenizer);
    const corrupt = await program.corruptRun(pairs);
    const count = examples.length;
    const fullLogits = await program.logits(pairs, allGates(shape), corrupt);
    const emptyLogits = await program.logits(pairs, allGates(shape, 0), corrupt);
    const full = summary(fullLogits, pairs, count, shape.dVocab);
    const empty = summary(emptyLogits, pairs, count, shape.dVocab).difference;
    return new MeasuredSplit(program, pairs, count, corrupt, fullLogits, full, empty);
  }

  async measure(gates: Gates): Promise<Figures> {
    const { dVocab } = this.program.shape;
    const logits = await this.program.logits(this.pairs, gates, this.corrupt);
    const { difference, accuracy } = summary(logits, this.pairs, this.count, dVocab);
    const faithfulness = (difference - this.empty) / (this.full.difference - this.empty);
    let divergence = 0;
    for (let row = 0; row < this.count; row++) {
      const range = [row * dVocab, (row + 1) * dVocab] as const;
      divergence += klDivergence(this.fullLogits.subarray(...range), logits.subarray(...range));
    }
    return { difference, accuracy, faithfulness, divergence: divergence / this.count };
  }

  isGood({ faithfulness, accuracy }: Figures): boolean {
    return Math.abs(1 - faithfulness) <= TOLERANCE && accuracy >= LEAST_ACCURACY * this.full.accuracy;
  }
}

/** Mean logit difference and top-1 accuracy of the first `count` rows. */
function summary(logits: Float32Array, { right, wrong }: PairBatch, count: number, dVocab: number) {
  let difference = 0;
  let correct = 0;
  for (let row = 0; row < count; row++) {
    const values = logits.subarray(row * dVocab, (row + 1) * dVocab);
    difference += values[right[row]!]! - values[wrong[row]!]!;
    if (argMax(values) === right[row]) correct++;
  }
  return { difference: difference / count, accuracy: correct / count };
}

/** Repeats the first pair until the batch is full. */
function filled(program: ForwardProgram, pairs: readonly TokenPair[], tokenizer: Tokenizer): PairBatch {
  const rest = Array.from({ length: program.batch - pairs.length }, () => pairs[0]!);
  return packPairs([...pairs, ...rest], program.pos, tokenizer.bosId!);
}
