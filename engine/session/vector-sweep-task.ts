// Sweeps a direction over layers and coefficients on the validation prompts, and reports what was chosen on the test prompts.
import { say } from "../base/sentence.ts";
import { norm } from "../activations/change-rows.ts";
import type { SweepCell, VectorSweepResult, VectorSweepSettings } from "../choices/vector.ts";
import { meanInterval } from "../evaluate/bootstrap.ts";
import { neutralEffects } from "../evaluate/neutral-effect.ts";
import { besideNull } from "../evaluate/null-figure.ts";
import { applied } from "../vector/applied.ts";
import { chosenCell } from "../vector/choose.ts";
import { judgedSets, meanOf, scoreChanges } from "../vector/judged-sets.ts";
import { neutralParts } from "../vector/neutral-texts.ts";
import { openVector } from "../vector/open-vector.ts";
import { meanStates, randomTwins } from "../vector/random-twins.ts";
import type { VectorWork } from "./vector-make-task.ts";
import { readAside } from "./read-aside.ts";
import { withModel } from "./open-model.ts";

/** @throws EngineError where files do not fit the model or one another; "cancelled" */
export async function vectorSweepTask(
  settings: VectorSweepSettings,
  { execution, signal, onProgress }: VectorWork = {},
): Promise<VectorSweepResult> {
  return withModel(settings.model, { execution }, async (executor) => {
    const { model } = executor;
    const opened = openVector(settings.vector, model);
    const judged = judgedSets(await readAside("contrast sets", settings.sets, signal), executor);
    const neutral = await neutralParts(model, judged.sets.neutral, settings.neutral, signal);
    const layers = settings.layers ?? opened.directions.layers.filter((_, i) => norm(opened.directions.vectors[i]) > 0);
    const at = layers.flatMap((layer) => settings.coefficients.map((coefficient) => ({ layer, coefficient })));
    const asked = (layer: number, scale: number) => ({
      action: settings.action,
      unit: settings.unit,
      layers: [layer],
      scale,
    });
    const variants = at.map(({ layer, coefficient }) => applied(opened, asked(layer, coefficient), model).changes);
    const progress = (stage: string) => (done: number, total: number) => onProgress?.(stage, done, total);
    const scored = await scoreChanges(executor, judged.validation, judged.score, variants, {
      signal,
      onProgress: progress("scores"),
    });
    const effects = await neutralEffects(
      executor,
      neutral.validation,
      variants.map((changes) => ({ changes })),
      {
        signal,
        seed: settings.seed,
        onProgress: (done) => onProgress?.("neutral text", done, neutral.validation.length),
      },
    );
    const clean = meanOf(scored.clean);
    const cells = at.map((cell, i): SweepCell => {
      const change = meanOf(scored.changes[i]);
      return { ...cell, score: clean + change, change, kl: effects[i].kl.mean };
    });
    const chosen = chosenCell(cells, settings.mostKl, model.config.nLayers);
    return {
      modelName: model.name,
      vector: settings.vector,
      cells,
      clean,
      chosen: chosen && { layer: chosen.layer, coefficient: chosen.coefficient },
      test: chosen && (await tested(chosen)),
      notes: [
        ...opened.notes,
        ...judged.sets.notes,
        ...(chosen
          ? []
          : [
              say`No layer and coefficient keeps KL on neutral text at ${settings.mostKl} nats; try smaller --coefficients.`,
            ]),
      ],
    };

    async function tested({ layer, coefficient }: SweepCell): Promise<VectorSweepResult["test"]> {
      const own = applied(opened, asked(layer, coefficient), model).changes;
      const means =
        settings.action === "affine" ? await meanStates(executor, judged.validation, [layer], signal) : undefined;
      const nulls = randomTwins(opened, [layer], settings, means).map(
        (twin) => applied(twin, asked(layer, coefficient), model).changes,
      );
      const { clean, changes } = await scoreChanges(executor, judged.test, judged.score, [own, ...nulls], {
        signal,
        onProgress: progress("null"),
      });
      const [effect] = await neutralEffects(executor, neutral.test, [{ changes: own }], {
        signal,
        seed: settings.seed,
      });
      return {
        clean: meanOf(clean),
        steered: meanOf(clean) + meanOf(changes[0]),
        change: besideNull(meanOf(changes[0]), meanInterval(changes[0], settings.seed), changes.slice(1).map(meanOf)),
        effect,
      };
    }
  });
}
