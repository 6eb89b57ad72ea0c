// Opening a card of the shelf: its instrument is shown with the result, the settings, the model and the task that it was made with.
import { without } from "../../engine/base/without.ts";
import type { ResultOf, SettingsOf, VerbName } from "../../engine/contract/verbs.ts";
import type { About, ResultSummary } from "../../engine/contract/jobs.ts";
import { toWireError } from "../client/wire-failure.ts";
import { isPage } from "./features-form.svelte.ts";
import { INSTRUMENTS, isOfTask, tabOf } from "./instruments.ts";
import { ActingVector, labelOfSum } from "./steer-form.svelte.ts";
import type { Workbench } from "./workbench.svelte.ts";

type Opening = (bench: Workbench, id: string) => Promise<void>;

/** Verb → what fills the form of its instrument from settings. */
const FORMS: { readonly [Name in VerbName]?: (bench: Workbench, settings: SettingsOf<Name>) => unknown } = {
  curves: (bench, settings) => bench.form.take(settings),
  lens: (bench, settings) => bench.lensForm.take(settings),
  generate: (bench, settings) => bench.textForm.take(settings),
  neuron: (bench, settings) => bench.neuronForm.take(settings),
  patchscope: (bench, settings) => bench.patchscopeForm.take(settings),
  transplant: (bench, settings) => bench.patchscopeForm.takeTransplant(settings),
  "vector make": ({ steerForm }, settings) => steerForm.takeMaking(settings),
  "vector sweep": async (bench, settings) => {
    bench.steerForm.takeSweep(settings);
    const { vector, action, coefficients } = settings;
    await actAgain(bench, settings.model, [{ vector, action, scale: coefficients.at(-1) }]);
  },
  "vector judge": async (bench, settings) => {
    bench.steerForm.takeJudgement(settings);
    const { vectors, action, scale, layers } = settings;
    const acted = vectors.map((vector) => ({ vector, action, scale, layer: layers?.[0] }));
    await actAgain(bench, settings.model, acted);
  },
  "vector apply": async (bench, settings) => {
    bench.steerForm.takeText(settings);
    const { vectors, actions, scales, actAt } = settings;
    const acted = vectors.map((vector, i) => ({ vector, action: actions?.[i], scale: scales?.[i], layer: actAt?.[i] }));
    await actAgain(bench, settings.model, acted);
  },
  "two-hop": (bench, settings) => bench.twoHopForm.take(settings),
  edit: (bench, settings) => bench.editForm.take(settings),
  memories: (bench, settings) => bench.memoriesForm.take(settings),
  "sae train": ({ featuresForm }, settings) => featuresForm.takeTraining(settings),
  "sae show": ({ featuresForm }, { dictionary }) => {
    featuresForm.dictionary = dictionary;
    featuresForm.view = "list";
  },
  "sae eval": async (bench, { dictionary, model }) => {
    bench.featuresForm.view = "judge";
    await openDictionary(bench, dictionary, model);
  },
  "sae features": async (bench, settings) => {
    bench.featuresForm.takeList(settings);
    await openDictionary(bench, settings.dictionary, settings.model);
  },
  "sae steer": async (bench, settings) => {
    bench.featuresForm.takeSteering(settings);
    await openDictionary(bench, settings.dictionary, settings.model);
  },
  sweep: ({ sweepForm }, settings) => sweepForm.take(settings),
};

/** Verbs whose result is shown otherwise than on the desk of their instrument. */
const OPENINGS: Readonly<Partial<Record<VerbName, Opening>>> = {
  prune: async (bench, id) => {
    await bench.openRun(id);
    const { shown } = bench.runs;
    if (shown?.id !== id) return;
    await bench.takeUp(shown.request);
    bench.show({ tab: "circuit" });
  },
  edges: async (bench, id) => {
    const stored = await bench.link.api.result(id);
    bench.edgeDesk.show(stored as Parameters<typeof bench.edgeDesk.show>[0]);
    await bench.takeUp(without(stored.settings as SettingsOf<"edges">, "order"));
    bench.show({ tab: "edges" });
  },
  relation: async (bench, id) => {
    const stored = await bench.link.api.result(id);
    bench.relations.open(stored as Parameters<typeof bench.relations.open>[0]);
    await bench.takeUp({ model: (stored.settings as SettingsOf<"relation">).model });
    bench.show({ tab: "relations" });
  },
  stability: async (bench, id) => {
    const { settings } = await bench.link.api.result(id);
    const { circuit, model, task } = settings as SettingsOf<"stability">;
    if (circuit !== undefined) await bench.openCircuitNamed(circuit);
    await bench.takeUp({ model, task });
    await bench.statistics.show("stability", bench.runs.shown?.id ?? "", id);
    bench.show({ tab: "statistics" });
  },
  transfer: async (bench, id) => {
    const { settings } = await bench.link.api.result(id);
    await bench.openCircuitNamed((settings as SettingsOf<"transfer">).circuits[0]!);
    await bench.statistics.show("transfer", bench.runs.shown?.id ?? "", id);
    bench.show({ tab: "statistics" });
  },
  "sae features": async (bench, id) => {
    const { settings } = await bench.link.api.result(id);
    await onDesk("sae features", isPage(settings as SettingsOf<"sae features">) ? "page" : undefined)(bench, id);
  },
};

/** Whether an instrument shows what a card holds; a damaged one can only be looked at from outside. */
export function canOpen({ verb, state }: ResultSummary): boolean {
  return state !== "damaged" && tabOf(verb) !== undefined;
}

/** Shows a result in its instrument; what goes wrong is told by the tray. */
export async function openResult(bench: Workbench, { id, verb }: ResultSummary): Promise<void> {
  bench.tray.error = undefined;
  try {
    if (tabOf(verb)) await (OPENINGS[verb as VerbName] ?? onDesk(verb as VerbName))(bench, id);
  } catch (thrown) {
    bench.tray.error = toWireError(thrown);
  }
}

/** Shows what one job of a sweep has found as a run of its own. @throws what the engine says */
export async function openSweepJob(bench: Workbench, { file, store }: SettingsOf<"sweep">, id: string): Promise<void> {
  const stored = await bench.link.api.sweepJob({ file, store }, id);
  const verb = stored.summary.verb as VerbName;
  const { model, task } = stored.settings as { readonly model?: string; readonly task?: string };
  if (verb === "prune") {
    const { circuit } = stored.result as ResultOf<"prune">;
    bench.showCircuit(circuit, `${circuit.task.name}-${id.slice(0, 8)}`);
    bench.show({ tab: "circuit" });
    return bench.takeUp(stored.settings as SettingsOf<"prune">);
  }
  const tab = tabOf(verb);
  if (!tab || INSTRUMENTS[tab].plain || OPENINGS[verb])
    throw new Error(`No instrument of the window shows what ${verb} found; the table has its figures.`);
  bench.desk(verb).take(stored as never);
  bench.show({ tab });
  await bench.takeUp({ model, ...(isOfTask(verb) && { task }) });
}

/** What a card is of that the bar is not. */
export function differsFrom(
  { verb, about }: Pick<ResultSummary, "verb" | "about">,
  context: Pick<About, "model" | "task">,
): readonly ("model" | "task")[] {
  const isOther = (field: "model" | "task") =>
    about[field] !== undefined && context[field] !== undefined && about[field] !== context[field];
  return (["model", "task"] as const).filter((field) => isOther(field) && (field === "model" || isOfTask(verb)));
}

/** On the verb's own desk, whose settings then fill the form that made them. @param place as of `Workbench.desk` */
function onDesk<Name extends VerbName>(verb: Name, place?: string): Opening {
  return async (bench, id) => {
    const desk = bench.desk(verb, place);
    bench.show({ tab: tabOf(verb)! });
    await desk.restore(id);
    const { settings } = desk;
    if (desk.error || !settings) return;
    const { model, task } = settings as { readonly model?: string; readonly task?: string };
    await bench.takeUp({ model, ...(isOfTask(verb) && { task }) });
    const fill = FORMS[verb];
    if (fill) await fill(bench, settings);
    else bench.settingsForm(verb, (await import("./settings-form.svelte.ts")).SettingsForm).take(settings);
  };
}

/** Shows a dictionary as what is looked into, by the newest look at it that is kept, else by a new one. */
async function openDictionary(bench: Workbench, dictionary: string, model: string): Promise<void> {
  bench.featuresForm.dictionary = dictionary;
  const desk = bench.desk("sae show");
  if (desk.result?.settings.dictionary === dictionary) return;
  for (const { verb, state, about, id } of bench.tray.results) {
    if (verb !== "sae show" || state !== "finished" || about.model !== model) continue;
    const { settings } = await bench.link.api.result(id);
    if ((settings as SettingsOf<"sae show">).dictionary === dictionary) return desk.restore(id);
  }
  await desk.start({ dictionary, model });
}

interface Acted {
  readonly vector: string;
  /** What nobody said is as the direction's own file has it. */
  readonly action: ActingVector["action"] | undefined;
  readonly scale: number | undefined;
  readonly layer?: number | undefined;
}

/** Lets the directions of a result act again, each as it did, in the place of those that act now. */
async function actAgain(bench: Workbench, model: string, acted: readonly Acted[]): Promise<void> {
  const { steerForm } = bench;
  steerForm.acting = await Promise.all(
    acted.map(async ({ vector, action, scale, layer }) => {
      const known = steerForm.acting.find((own) => own.vector === vector);
      const opened = await bench.link.api.openVector({ vector, model });
      const again = new ActingVector(vector, known?.label ?? labelOfSum(vector), opened.layers, opened);
      if (action !== undefined) again.action = action;
      if (scale !== undefined) again.scale = scale;
      if (layer !== undefined) again.layer = layer;
      return again;
    }),
  );
}
