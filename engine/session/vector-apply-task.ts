// A text or an answer written side by side, without and with directions, and what each dose of them does to neutral text.
import { EngineError } from "../base/errors.ts";
import { say, type Sentence } from "../base/sentence.ts";
import type { Dose, VectorApplyPart, VectorApplyResult, VectorApplySettings } from "../choices/vector.ts";
import { neutralEffects } from "../evaluate/neutral-effect.ts";
import { besideNull } from "../evaluate/null-figure.ts";
import { requireRoom } from "../generation/generate.ts";
import { isScaled } from "../vector/act.ts";
import { type Applied, applied, type AskedAction } from "../vector/applied.ts";
import { saneRange } from "../vector/choose.ts";
import { neutralParts } from "../vector/neutral-texts.ts";
import { openVector } from "../vector/open-vector.ts";
import { randomTwins } from "../vector/random-twins.ts";
import { klAtEnd } from "../vector/score.ts";
import { steeredText } from "../vector/steered-text.ts";
import { promptOf } from "./generate-task.ts";
import type { VectorWork } from "./vector-make-task.ts";
import { withModel } from "./open-model.ts";

export interface VectorApplyWork extends VectorWork {
  readonly onToken?: (part: VectorApplyPart) => void;
}

/** Neutral texts that a dose is measured on. */
const neutralTexts = 6;

/** @throws EngineError "usage" where there is neither text nor chat or a direction cannot act so; as the files; "cancelled" */
export async function vectorApplyTask(
  settings: VectorApplySettings,
  { execution, signal, onToken, onProgress }: VectorApplyWork = {},
): Promise<VectorApplyResult> {
  return withModel(settings.model, { execution }, async (executor) => {
    const { model } = executor;
    const { text, notes } = promptOf(settings, model);
    const ids = model.tokenizer.encode(text);
    requireRoom(ids, model);
    const opened = settings.vectors.map((name) => openVector(name, model));
    for (const key of ["actions", "scales", "actAt"] as const) requireAsMany(settings, key);
    const askedOf = (i: number): AskedAction => ({
      action: settings.actions?.[i],
      scale: settings.scales?.[i],
      layers: settings.actAt && [settings.actAt[i]],
      unit: settings.unit,
      positions: settings.positions,
    });
    const own = opened.map((vector, i) => applied(vector, askedOf(i), model));
    const doseNotes: Sentence[] = [];
    const changes = own.flatMap((one) => one.changes);
    let done = 0;
    const written = await steeredText(
      executor,
      ids,
      changes,
      {
        sampling: { temperature: settings.temperature },
        maxTokens: settings.maxTokens,
        stopIds: model.speech().endIds,
        seed: settings.seed,
      },
      {
        signal,
        onToken: (part) => {
          onToken?.(part);
          onProgress?.("writing", ++done, 2 * settings.maxTokens);
        },
      },
    );
    const doses = await dosesOf();
    return {
      modelName: model.name,
      prompt: { text, ids },
      clean: written.clean,
      steered: written.steered,
      applied: own.map((one, i) => describe(one, own.slice(0, i), written.fired)),
      doses,
      sane: saneRange(doses, settings.mostKl),
      notes: [...notes, ...opened.flatMap((vector) => vector.notes), ...written.notes, ...doseNotes],
    };

    async function dosesOf(): Promise<Dose[]> {
      if (!settings.doses) return [];
      const [first] = opened;
      const { action, layers } = own[0].acting;
      const coefficients = isScaled(action) ? settings.doses : [];
      if (coefficients.length === 0)
        doseNotes.push(say`What "${action}" does depends on no coefficient, so there are no doses of it.`);
      const twins = randomTwins(first, layers, settings);
      // By coefficient: the direction, then the random ones; the other directions stay as they are.
      const perDose = 1 + twins.length;
      const changesAt = coefficients.flatMap((scale) =>
        [first, ...twins].map((vector) => [
          ...applied(vector, { ...askedOf(0), action, layers, scale }, model).changes,
          ...own.slice(1).flatMap((one) => one.changes),
        ]),
      );
      const atPrompt = await klAtEnd(executor, ids, changesAt, {
        signal,
        onProgress: (done, total) => onProgress?.("doses", done, total),
      });
      const { test } = await neutralParts(model, undefined, neutralTexts, signal);
      const variants = coefficients.map((_, d) => ({ changes: changesAt[d * perDose] }));
      const effects = await neutralEffects(executor, test, variants, {
        signal,
        onProgress: (texts) => onProgress?.("neutral text", texts, test.length),
      });
      return coefficients.map((coefficient, d) => {
        const [value, ...draws] = atPrompt.slice(d * perDose, (d + 1) * perDose);
        return { coefficient, kl: effects[d].kl.mean, atPrompt: besideNull(value, undefined, draws) };
      });
    }
  });
}

function requireAsMany(settings: VectorApplySettings, key: "actions" | "scales" | "actAt"): void {
  const given = settings[key]?.length;
  if (given === undefined || given === settings.vectors.length) return;
  throw new EngineError(
    "usage",
    say`There are ${settings.vectors.length} directions and ${given} ${key === "actAt" ? say`layers` : key}; give one for each.`,
  );
}

function describe(
  { vector, acting, changes, inVectors, inStream }: Applied,
  before: readonly Applied[],
  fired: VectorApplyResult["applied"][number]["fired"],
): VectorApplyResult["applied"][number] {
  const from = before.reduce((sum, one) => sum + one.changes.length, 0);
  return {
    vector,
    action: acting.action,
    layers: acting.layers,
    inVectors,
    inStream,
    fired: fired.slice(from, from + changes.length),
  };
}
