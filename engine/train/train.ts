// Trains the embedded model from its seed, with checkpoints, and writes it with the scores of every task.
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic } from "../base/atomic-file.ts";
import { cores } from "../base/cores.ts";
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import { jsonTokenizer } from "../tokens/json-tokenizer.ts";
import { readCheckpoint, writeCheckpoint } from "./checkpoint.ts";
import { Corpus, corpusWords } from "./corpus.ts";
import { loadCorpusTasks } from "./corpus-tasks.ts";
import { pruneHeads, type PruneTrial, taskScores, type TaskScore } from "./evaluate.ts";
import { ForwardProgram } from "./forward-program.ts";
import { type Recipe, SPRIG } from "./recipe.ts";
import { initialState, type StepReport, totalSteps, Trainer } from "./trainer.ts";
import { END_OF_TEXT, tokenizerJson } from "./word-vocabulary.ts";
import { writeModel } from "./write-model.ts";

export interface TrainOptions {
  /** Folder of the model and, while training, of its checkpoint. */
  readonly folder: string;
  readonly recipe?: Recipe;
  readonly threads?: number;
  /** Goes on from the folder's checkpoint where there is one. */
  readonly resume?: boolean;
  readonly onStep?: (report: StepReport, total: number) => void;
  readonly signal?: AbortSignal;
}

export interface TrainOutcome {
  readonly scores: readonly TaskScore[];
  readonly circuits: readonly PruneTrial[];
}

/** Steps between checkpoints: what a stop without warning can cost, about five seconds of work. */
const CHECKPOINT_EVERY = 100;
/** Search seeds whose circuits are reported. */
const SEARCH_SEEDS = 20;
const EVALUATION_BATCH = 128;

/**
 * @throws EngineError "cancelled" when the signal fires; the checkpoint then holds every step made
 */
export async function train(options: TrainOptions): Promise<TrainOutcome> {
  const recipe = options.recipe ?? SPRIG;
  const threads = options.threads ?? cores();
  const tasks = loadCorpusTasks();
  const json = tokenizerJson(corpusWords(tasks));
  const tokenizer = jsonTokenizer(json, "tokenizer.json", END_OF_TEXT);
  const shape = { ...recipe.shape, dVocab: tokenizer.dVocab };
  const checkpoint = join(options.folder, "training.checkpoint");
  const goesOn = options.resume === true && existsSync(checkpoint);
  const state = goesOn ? readCheckpoint(checkpoint, recipe, shape) : initialState(recipe, shape);
  const trainer = new Trainer(recipe, shape, new Corpus(tasks, tokenizer), { threads }, state);
  try {
    while (!trainer.isDone) {
      if (options.signal?.aborted) {
        writeCheckpoint(checkpoint, trainer.state, recipe, shape);
        throw new EngineError("cancelled", say`Stopped on request after step ${trainer.state.step}.`);
      }
      const report = await trainer.advance();
      if (report.step % CHECKPOINT_EVERY === 0) writeCheckpoint(checkpoint, trainer.state, recipe, shape);
      options.onStep?.(report, totalSteps(recipe));
    }
    const { weights } = trainer.state;
    writeModel(options.folder, weights, shape, json);
    const program = await ForwardProgram.compile(shape, weights, EVALUATION_BATCH, recipe.length, threads);
    try {
      const scores = await taskScores(program, tasks, tokenizer);
      const circuits: PruneTrial[] = [];
      for (let seed = 1; seed <= SEARCH_SEEDS; seed++) {
        circuits.push(await pruneHeads(program, tasks.ioi, tokenizer, seed));
      }
      const outcome = { scores, circuits };
      writeFileAtomic(join(options.folder, "scores.json"), `${JSON.stringify({ recipe, ...outcome }, null, 1)}\n`);
      rmSync(checkpoint, { force: true });
      return outcome;
    } finally {
      await program.dispose();
    }
  } finally {
    await trainer.dispose();
  }
}
