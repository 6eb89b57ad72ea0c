// Everything that can be done, as a table: for keys, the command palette and the list of keys.
import { LANGUAGES } from "../words/language.ts";
import { THEME_CHOICES } from "../state/theme-choice.ts";
import { SESSION_ENDING } from "../state/session-file.ts";
import {
  type GroupAction,
  groupAction,
  GROUPS,
  nextTab,
  shownBy,
  type TabAction,
  tabAction,
  TABS,
} from "../state/instruments.ts";
import { ablate, restore, toggled, toggleKeptAlways } from "../state/view.ts";
import type { Workbench } from "../state/workbench.svelte.ts";
import type { Words } from "../words/words.svelte.ts";
import type { Chrome } from "./chrome.svelte.ts";
import { saveCircuit, saveSession } from "./save.ts";

export interface Action {
  /** "Mod" is Ctrl, on a Mac Cmd. */
  readonly keys?: string;
  readonly enabled?: () => boolean;
  readonly run: () => unknown;
}

const OPENED_ENDINGS = [".yaml", ".yml", ".json", ".csv", ".tsv", ".jsonl", SESSION_ENDING];

export type ActionId = keyof ReturnType<typeof actionsOf>;
/** Those with words of their own. */
type NamedAction = Exclude<ActionId, TabAction | GroupAction>;

export function actionsOf(bench: Workbench, chrome: Chrome) {
  const { runs, view, settings } = bench;
  const node = () => bench.selectedNode;
  const unit = () =>
    bench.selectedNode && bench.searched.includes(bench.selectedNode) ? bench.selectedNode : undefined;
  const edits = () => view.current.edits;
  const last = () => runs.timeline.length - 1;
  /** Steps are at rest while two circuits are compared. */
  const canStep = () => view.current.comparedWith === null;
  const actions = {
    openFile: { keys: "Mod+O", run: () => openFile(bench) },
    saveSession: { keys: "Mod+S", run: () => saveSession(bench) },
    exportCircuit: { keys: "Mod+E", enabled: () => bench.circuit !== undefined, run: () => saveCircuit(bench, "own") },
    palette: { keys: "Mod+K", run: () => (chrome.dialog = "palette") },
    search: { keys: "/", run: () => chrome.focusSearch() },
    shortcuts: { keys: "?", run: () => (chrome.dialog = "shortcuts") },
    undo: { keys: "Mod+Z", enabled: () => view.canUndo, run: () => bench.undo() },
    redo: { keys: "Mod+Shift+Z", enabled: () => view.canRedo, run: () => bench.redo() },
    back: { keys: "Alt+ArrowLeft", enabled: () => chrome.travels.canGoBack, run: () => chrome.travels.back() },
    forward: {
      keys: "Alt+ArrowRight",
      enabled: () => chrome.travels.canGoForward,
      run: () => chrome.travels.forward(),
    },
    start: {
      enabled: () =>
        bench.link.ready &&
        bench.tasks.task !== undefined &&
        bench.tasks.opening === undefined &&
        !runs.active &&
        bench.form.problems.length === 0,
      run: () => bench.start(),
    },
    stop: { enabled: () => runs.shown?.state === "running" || runs.shown?.state === "waiting", run: () => runs.stop() },
    resume: {
      enabled: () => bench.link.ready && (runs.shown?.state === "stopped" || runs.shown?.state === "failed"),
      run: () => runs.resume(),
    },
    playSteps: { keys: "Space", enabled: () => canStep() && last() > 0, run: () => togglePlay(bench, chrome) },
    previousStep: { keys: "[", enabled: () => canStep() && bench.step > 0, run: () => bench.goTo(bench.step - 1) },
    nextStep: { keys: "]", enabled: () => canStep() && bench.step < last(), run: () => bench.goTo(bench.step + 1) },
    firstStep: { keys: "Home", enabled: () => canStep() && bench.step > 0, run: () => bench.goTo(0) },
    lastStep: { keys: "End", enabled: () => canStep() && bench.step < last(), run: () => bench.goTo(last()) },
    takeCircuit: {
      enabled: () => bench.circuit !== undefined && bench.step < last(),
      run: () => bench.takeCircuit(),
    },
    pin: {
      keys: "P",
      enabled: () => node() !== undefined,
      run: () => bench.show({ pinned: toggled(view.current.pinned, node()!) }),
    },
    ablate: {
      keys: "A",
      enabled: () => unit() !== undefined && bench.kept.includes(unit()!),
      run: () => bench.edit(ablate(edits(), unit()!)),
    },
    restore: {
      keys: "R",
      enabled: () => unit() !== undefined && !bench.kept.includes(unit()!),
      run: () => bench.edit(restore(edits(), unit()!)),
    },
    keepAlways: {
      keys: "K",
      enabled: () => unit() !== undefined,
      run: () => bench.edit(toggleKeptAlways(edits(), unit()!)),
    },
    measure: { keys: "M", enabled: () => bench.link.ready && bench.searched.length > 0, run: () => bench.measure() },
    clearEdits: {
      enabled: () => bench.hasEdits,
      run: () => bench.edit({ ...edits(), ablated: [], restored: [] }),
    },
    pruneFromHere: {
      enabled: () => bench.link.ready && !runs.active && bench.searched.length > 0,
      run: () => bench.pruneFromHere(),
    },
    endComparison: {
      keys: "D",
      enabled: () => view.current.comparedWith !== null,
      run: () => bench.compareWith(null),
    },
    clearSelection: { keys: "Escape", run: () => clear(bench, chrome) },
    drawEdges: {
      keys: "E",
      enabled: () => view.current.drawn === "edges" || bench.edgeDesk.circuit !== undefined,
      run: () => (view.current.drawn === "edges" ? bench.drawUnits() : bench.drawEdges(bench.edgeDesk.circuit!.method)),
    },
    foldRail: { keys: "L", run: () => settings.toggleFolded("rail") },
    foldRight: { keys: "I", run: () => settings.toggleFolded("right") },
    foldShelf: { keys: "S", run: () => settings.toggleFolded("shelf") },
    maximise: { keys: "F", run: () => chrome.toggleMaximised() },
    guide: {
      run: () => {
        settings.setGuide(0);
        if (settings.isFolded("right")) settings.toggleFolded("right");
      },
    },
    record: { enabled: () => runs.shown !== undefined, run: () => (chrome.dialog = "record") },
    theme: { run: () => settings.setTheme(after(THEME_CHOICES, settings.theme)) },
    language: { run: () => settings.setLanguage(after(LANGUAGES, settings.language)) },
    restartEngine: { enabled: () => !bench.link.ready, run: () => bench.link.restart() },
    ...showTabs(bench),
    ...showGroups(bench),
  } satisfies Readonly<Record<string, Action>>;
  return actions;
}

function showTabs(bench: Workbench): Readonly<Record<TabAction, Action>> {
  const shows = TABS.map((tab) => [tabAction(tab), { run: () => bench.show({ tab }) }] as const);
  return Object.fromEntries(shows) as Record<TabAction, Action>;
}

function showGroups(bench: Workbench): Readonly<Record<GroupAction, Action>> {
  const shows = GROUPS.map((group, index) => {
    const run = () => bench.show({ tab: nextTab(group, bench.view.current.tab) });
    return [groupAction(group), { keys: String(index + 1), run }] as const;
  });
  return Object.fromEntries(shows) as Record<GroupAction, Action>;
}

/** The name of an action, in the reader's words. */
export function actionName(id: ActionId, words: Words): string {
  const shown = shownBy(id);
  if (!shown) return words.t(`action.${id as NamedAction}`);
  return "tab" in shown
    ? words.t("action.show", { name: words.t(`tab.${shown.tab}`) })
    : words.t("action.showGroup", { name: words.t(`group.${shown.group}`) });
}

export function isEnabled(action: Action): boolean {
  return action.enabled?.() ?? true;
}

async function openFile(bench: Workbench): Promise<void> {
  const file = await bench.host.files.pick(OPENED_ENDINGS);
  if (file) await bench.openFile(file);
}

function togglePlay(bench: Workbench, chrome: Chrome): void {
  if (chrome.playing) return chrome.pause();
  const last = bench.runs.timeline.length - 1;
  if (bench.step >= last) bench.goTo(0);
  chrome.play(() => {
    bench.goTo(bench.step + 1);
    return bench.step < bench.runs.timeline.length - 1;
  });
}

function clear(bench: Workbench, chrome: Chrome): void {
  if (chrome.maximised !== undefined) chrome.maximised = undefined;
  else if (bench.view.current.selection.kind !== "none") bench.show({ selection: { kind: "none" } });
}

function after<T>(list: readonly T[], current: T): T {
  return list[(list.indexOf(current) + 1) % list.length];
}
