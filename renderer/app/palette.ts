// What the palette finds: commands, instruments among them, settings, tasks, models, nodes and results, each a line that does something.
import { LANGUAGES } from "../words/language.ts";
import { matching } from "../state/matching.ts";
import { canOpen, openResult } from "../state/opened-results.ts";
import { THEME_CHOICES } from "../state/theme-choice.ts";
import type { Workbench } from "../state/workbench.svelte.ts";
import type { Words } from "../words/words.svelte.ts";
import { type Action, type ActionId, actionName, isEnabled } from "./actions.ts";
import { calledIn, shortModel } from "./shelf/result-words.ts";

export const PALETTE_KINDS = ["command", "task", "model", "node", "result", "setting"] as const;
export type PaletteKind = (typeof PALETTE_KINDS)[number];

export interface PaletteEntry {
  readonly kind: PaletteKind;
  /** Of its own among all. */
  readonly id: string;
  readonly label: string;
  /** Further words by which it is found. */
  readonly also?: string;
  readonly keys?: string;
  readonly enabled: boolean;
  readonly run: () => unknown;
}

/** More than anybody reads; further letters narrow them down. */
const mostShown = 60;

/** Those that hold every word of the query, what can be done now first; of no query the commands, which are a menu too. */
export function foundIn(entries: readonly PaletteEntry[], query: string): readonly PaletteEntry[] {
  const asked = query.trim() === "" ? entries.filter(({ kind }) => kind === "command" || kind === "setting") : entries;
  const found = matching(query, asked, ({ label, also }) => [label, also].filter(Boolean).join(" "));
  return [...found].sort((a, b) => +b.enabled - +a.enabled).slice(0, mostShown);
}

export function paletteEntries(
  bench: Workbench,
  actions: Readonly<Record<ActionId, Action>>,
  words: Words,
): readonly PaletteEntry[] {
  return [
    ...commands(actions, words),
    ...tasks(bench, words),
    ...models(bench, words),
    ...nodes(bench, words),
    ...results(bench, words),
    ...settings(bench, words),
  ];
}

/** Those that turn to the next theme or language have no place where each of them can be picked. */
const WITHOUT: ReadonlySet<ActionId> = new Set(["palette", "theme", "language"]);

function commands(actions: Readonly<Record<ActionId, Action>>, words: Words): PaletteEntry[] {
  return (Object.entries(actions) as [ActionId, Action][])
    .filter(([id]) => !WITHOUT.has(id))
    .map(([id, action]) => ({
      kind: "command",
      id: `command-${id}`,
      label: actionName(id, words),
      ...(action.keys !== undefined && { keys: action.keys }),
      enabled: isEnabled(action),
      run: action.run,
    }));
}

function tasks(bench: Workbench, words: Words): PaletteEntry[] {
  const listed = bench.tasks.tasks.state === "done" ? bench.tasks.tasks.value : [];
  const recent = bench.settings.recent.filter(
    ({ file, missing }) => !missing && !listed.some((own) => own.file === file),
  );
  const enabled = bench.link.ready;
  return [
    ...listed.map(({ file, kind, title, name }): PaletteEntry => ({
      kind: "task",
      id: `task-${file}`,
      label: words.language === "zh" ? (title.zh ?? title.en) : title.en,
      also: `${name} ${file}`,
      enabled,
      run: () => (kind === "relation" ? bench.lookIntoRelation(file) : bench.openTask({ file })),
    })),
    ...recent.map(({ file, name }): PaletteEntry => ({
      kind: "task",
      id: `task-${file}`,
      label: name,
      also: file,
      enabled,
      run: () => bench.openTask({ file }),
    })),
  ];
}

function models(bench: Workbench, words: Words): PaletteEntry[] {
  const listed = bench.tasks.models.state === "done" ? bench.tasks.models.value : [];
  return listed
    .filter(({ ready, where }) => ready || where === "not-fetched")
    .map(({ name, family, ready, bytes }) => {
      const size = bytes === undefined ? "" : words.bytes(bytes);
      return {
        kind: "model",
        id: `model-${name}`,
        label: ready ? shortModel(name) : `${shortModel(name)} · ${words.t("picker.get", { size })}`,
        also: [name, family].filter(Boolean).join(" "),
        enabled: bench.link.ready && (ready ? name !== bench.tasks.model : bench.downloads.fetching === undefined),
        run: () => bench.takeModel(name),
      };
    });
}

function nodes(bench: Workbench, words: Words): PaletteEntry[] {
  return [...new Set([...bench.searched, ...bench.nodes.keys()])].map((id) => {
    const role = bench.roleOf(id);
    return {
      kind: "node",
      id: `node-${id}`,
      label: role === undefined ? id : `${id} · ${words.named("role", role)}`,
      enabled: true,
      run: () => bench.selectNode(id),
    };
  });
}

function results(bench: Workbench, words: Words): PaletteEntry[] {
  return bench.tray.results.map((result) => ({
    kind: "result",
    id: `result-${result.id}`,
    label: calledIn(words, result),
    also: [result.about.model, result.about.task, result.note].filter(Boolean).join(" "),
    enabled: bench.link.ready && canOpen(result),
    run: () => openResult(bench, result),
  }));
}

function settings({ settings }: Workbench, words: Words): PaletteEntry[] {
  return [
    ...THEME_CHOICES.map((theme): PaletteEntry => ({
      kind: "setting",
      id: `setting-theme-${theme}`,
      label: `${words.t("menu.theme")}: ${words.t(`menu.theme.${theme}`)}`,
      enabled: settings.theme !== theme,
      run: () => settings.setTheme(theme),
    })),
    ...LANGUAGES.map((language): PaletteEntry => ({
      kind: "setting",
      id: `setting-language-${language}`,
      label: `${words.t("menu.language")}: ${words.t(`menu.language.${language}`)}`,
      enabled: settings.language !== language,
      run: () => settings.setLanguage(language),
    })),
  ];
}
