// Opening a card of the shelf: its instrument is shown with the result, the settings, the model and the task that it was made with.
import { without } from "../../engine/base/without.ts";
import type { SettingsOf, VerbName } from "../../engine/contract/verbs.ts";
import type { About, ResultSummary } from "../../engine/contract/jobs.ts";
import { toWireError } from "../client/wire-failure.ts";
import type { Tab } from "./instruments.ts";
import type { Workbench } from "./workbench.svelte.ts";

type Opening = (bench: Workbench, id: string) => Promise<void>;

/** Verb → how its result is shown; verbs that are not here have no instrument in the window, only a card. */
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
  curves: onDesk("curves", "curves", (bench, settings) => bench.form.take(settings)),
  lens: onDesk("lens", "lens", (bench, settings) => bench.lensForm.take(settings)),
  generate: onDesk("generate", "text", (bench, settings) => bench.textForm.take(settings)),
  neuron: onDesk("neuron", "neurons", (bench, settings) => bench.neuronForm.take(settings)),
  patchscope: onDesk("patchscope", "patchscope", (bench, settings) => bench.patchscopeForm.take(settings)),
  transplant: onDesk("transplant", "patchscope", (bench, settings) => bench.patchscopeForm.takeTransplant(settings)),
  "vector make": onDesk("vector make", "steer", ({ steerForm }) => (steerForm.view = "made")),
  "vector sweep": onDesk("vector sweep", "steer", ({ steerForm }) => (steerForm.view = "sweep")),
  "vector judge": onDesk("vector judge", "steer", ({ steerForm }) => (steerForm.view = "judge")),
  "vector apply": onDesk("vector apply", "steer", ({ steerForm }, settings) => steerForm.takeText(settings)),
  "two-hop": onDesk("two-hop", "twoHop"),
  edit: onDesk("edit", "edit"),
  memories: onDesk("memories", "memories"),
};

/** Verbs whose task is the one of the bar; others have files of their own, which say nothing of it. */
const OF_THE_TASK: ReadonlySet<string> = new Set<VerbName>(["prune", "edges", "curves", "stability", "lens", "neuron"]);

/** Whether an instrument shows what a card holds; a damaged one can only be looked at from outside. */
export function canOpen({ verb, state }: ResultSummary): boolean {
  return state !== "damaged" && openingOf(verb) !== undefined;
}

function openingOf(verb: string): Opening | undefined {
  return (OPENINGS as Readonly<Record<string, Opening | undefined>>)[verb];
}

/** Shows a result in its instrument; what goes wrong is told by the tray. */
export async function openResult(bench: Workbench, { id, verb }: ResultSummary): Promise<void> {
  bench.tray.error = undefined;
  try {
    await openingOf(verb)?.(bench, id);
  } catch (thrown) {
    bench.tray.error = toWireError(thrown);
  }
}

/** What a card is of that the bar is not. */
export function differsFrom(
  { verb, about }: Pick<ResultSummary, "verb" | "about">,
  context: Pick<About, "model" | "task">,
): readonly ("model" | "task")[] {
  const isOther = (field: "model" | "task") =>
    about[field] !== undefined && context[field] !== undefined && about[field] !== context[field];
  return (["model", "task"] as const).filter((field) => isOther(field) && (field === "model" || OF_THE_TASK.has(verb)));
}

/** On the verb's own desk, whose settings then fill the form that made them. */
function onDesk<Name extends VerbName>(
  verb: Name,
  tab: Tab,
  fill: (bench: Workbench, settings: SettingsOf<Name>) => void = () => undefined,
): Opening {
  return async (bench, id) => {
    const desk = bench.desk(verb);
    bench.show({ tab });
    await desk.restore(id);
    const { settings } = desk;
    if (desk.error || !settings) return;
    const { model, task } = settings as { readonly model?: string; readonly task?: string };
    await bench.takeUp({ model, ...(OF_THE_TASK.has(verb) && { task }) });
    fill(bench, settings);
  };
}
