// `secateur train`: trains the embedded model from its seed.
import type { Command } from "commander";
import { SPRIG } from "../../engine/train/recipe.ts";
import { train, type TrainOutcome } from "../../engine/train/train.ts";
import type { StepReport } from "../../engine/train/trainer.ts";
import { columns } from "../circuit-table.ts";
import { interruptible } from "../interrupt.ts";
import { typed } from "../invocation.ts";
import { parseCount, parsePositive } from "../options.ts";
import { printData, printMessage } from "../output.ts";
import { progressBar } from "../progress.ts";

interface TrainFlags {
  readonly seed: number;
  readonly out: string;
  readonly resume?: boolean;
  readonly threads?: number;
  readonly quiet?: boolean;
}

export function addTrain(program: Command): void {
  program
    .command("train")
    .description("Trains the embedded model from its seed, in about nine minutes on two cores.")
    .option("--seed <n>", "Draws the weights and the corpus from this seed.", parseCount, SPRIG.seed)
    .option("--out <folder>", "Writes the model into this folder.", "dist/sprig")
    .option("--resume", "Goes on from the folder's checkpoint.")
    .option("--threads <n>", "Runs on so many threads (default: all cores).", parsePositive)
    .option("--quiet", "Shows no progress.")
    .addHelpText("after", "\nExample:\n  secateur train --out dist/sprig")
    .action(async (flags: TrainFlags) => {
      const progress = flags.quiet ? undefined : stepProgress();
      const outcome = await interruptible(
        (signal) =>
          train({
            folder: flags.out,
            recipe: { ...SPRIG, seed: flags.seed },
            threads: flags.threads,
            resume: flags.resume,
            signal,
            onStep: progress?.on,
          }).finally(() => progress?.stop()),
        `Stopped. Go on with: ${typed(`train --resume --seed ${flags.seed} --out ${flags.out}`)}`,
      );
      printData(outcomeText(outcome));
      if (!flags.quiet) printMessage(`wrote ${flags.out}`);
    });
}

/** Off a terminal a line every so many steps. */
const plainEvery = 400;

function stepProgress(): { on: (report: StepReport, total: number) => void; stop: () => void } {
  const words = ({ phase, losses, headsKept }: StepReport) =>
    `${phase}, loss ${losses.text?.toFixed(3)}, circuit of ${headsKept} heads`;
  const bar = progressBar();
  return {
    on: (report, total) => {
      bar.on("training", report.step, total, words(report));
      if (process.stderr.isTTY || report.step % plainEvery !== 0) return;
      printMessage(`step ${report.step} of ${total}: ${words(report)}`);
    },
    stop: () => bar.stop(),
  };
}

function outcomeText({ scores, circuits }: TrainOutcome): string {
  const taskRows = scores.map(({ name, score, measure, prompts }) => [
    name,
    score.toFixed(3),
    measure,
    String(prompts),
  ]);
  const searchRows = circuits.map(({ seed, heads, faithfulness, divergence, accuracy }) => [
    String(seed),
    String(heads.length),
    faithfulness.toFixed(3),
    divergence.toFixed(4),
    accuracy.circuit.toFixed(3),
  ]);
  return [
    columns([["task", "score", "measure", "prompts"], ...taskRows]),
    columns([["search seed", "heads", "f held out", "KL", "accuracy"], ...searchRows]),
  ].join("\n\n");
}
