// The menu, in the page's language: everything in it is an action of the page, but for what only the system can do.
import { basename } from "node:path";
import type { MenuItemConstructorOptions } from "electron";
import { EXPORT_FORMAT_NAMES } from "../engine/circuit/exports/format-names.ts";
import type { HostCommand, ShellState } from "../renderer/client/host.ts";
import { en } from "../renderer/words/en.ts";
import { GROUPS, tabAction, tabsOf } from "../renderer/state/instruments.ts";
import type { Language } from "../renderer/words/language.ts";
import { zh } from "../renderer/words/zh.ts";

type WordKey = keyof typeof en;
const TABLES: Readonly<Record<Language, Readonly<Record<WordKey, string>>>> = { en, zh };

export function wordsOf(language: Language): (key: WordKey) => string {
  return (key) => TABLES[language][key];
}

/** What the menu can do beside the page's actions. */
export interface MenuDeeds {
  command(command: HostCommand): void;
  openRecent(path: string): void;
  forgetRecent(): void;
  about(): void;
}

export interface MenuState extends ShellState {
  readonly recent: readonly string[];
  readonly isMac: boolean;
}

/** Keys as the page has them; it answers them itself, the menu shows them. */
const KEYS: Readonly<Record<string, string>> = {
  openFile: "CmdOrCtrl+O",
  saveSession: "CmdOrCtrl+S",
  undo: "CmdOrCtrl+Z",
  redo: "CmdOrCtrl+Shift+Z",
  back: "Alt+Left",
  forward: "Alt+Right",
  search: "/",
  palette: "CmdOrCtrl+K",
  maximise: "F",
  shortcuts: "?",
};
const THEMES = ["system", "light", "dark"] as const;
const LANGUAGES = ["en", "zh"] as const;

const LINE: MenuItemConstructorOptions = { type: "separator" };

export function menuTemplate(state: MenuState, deeds: MenuDeeds): MenuItemConstructorOptions[] {
  const t = wordsOf(state.language);
  const action = (id: string, label = t(`action.${id}` as WordKey)): MenuItemConstructorOptions => ({
    id,
    label,
    enabled: !state.disabled.includes(id),
    click: () => deeds.command({ do: "action", id }),
    ...(KEYS[id] && { accelerator: KEYS[id], registerAccelerator: false }),
  });
  const about: MenuItemConstructorOptions = { id: "about", label: t("menu.about"), click: () => deeds.about() };
  const quit: MenuItemConstructorOptions = { role: "quit", label: t("menu.quit") };
  return [
    ...(state.isMac ? [{ label: "Secateur", submenu: [about, LINE, { role: "hide" as const }, LINE, quit] }] : []),
    {
      label: t("menu.file"),
      submenu: [
        action("openFile", t("menu.open")),
        { id: "recent", label: t("menu.recent"), submenu: recentItems(state, deeds) },
        LINE,
        action("saveSession"),
        { id: "export", label: t("export.menu"), submenu: exportItems(state, deeds) },
        action("record"),
        ...(state.isMac ? [] : [LINE, quit]),
      ],
    },
    {
      label: t("menu.edit"),
      submenu: [
        action("undo"),
        action("redo"),
        LINE,
        { role: "cut", label: t("menu.cut") },
        { role: "copy", label: t("menu.copy") },
        { role: "paste", label: t("menu.paste") },
        { role: "selectAll", label: t("menu.selectAll") },
        LINE,
        action("search"),
        action("palette"),
      ],
    },
    {
      label: t("menu.view"),
      submenu: [
        ...GROUPS.map((group) => ({
          id: `group-${group}`,
          label: t(`group.${group}`),
          submenu: tabsOf(group).map((tab) => action(tabAction(tab), t(`tab.${tab}`))),
        })),
        LINE,
        action("back"),
        action("forward"),
        LINE,
        { id: "theme", label: t("menu.theme"), submenu: themeItems(state, deeds) },
        { id: "language", label: t("menu.language"), submenu: languageItems(state, deeds) },
        LINE,
        action("maximise"),
        { role: "zoomIn", label: t("menu.larger") },
        { role: "zoomOut", label: t("menu.smaller") },
        { role: "resetZoom", label: t("menu.actualSize") },
        { role: "togglefullscreen", label: t("menu.fullScreen") },
      ],
    },
    {
      role: "help",
      label: t("menu.help"),
      submenu: [action("shortcuts"), action("restartEngine"), ...(state.isMac ? [] : [LINE, about])],
    },
  ];
}

function recentItems({ recent, language }: MenuState, deeds: MenuDeeds): MenuItemConstructorOptions[] {
  const forget = { label: wordsOf(language)("menu.forget"), enabled: recent.length > 0, click: deeds.forgetRecent };
  const files = recent.map((path) => ({ label: basename(path), toolTip: path, click: () => deeds.openRecent(path) }));
  return [...files, LINE, forget];
}

function exportItems({ language, disabled }: MenuState, deeds: MenuDeeds): MenuItemConstructorOptions[] {
  return EXPORT_FORMAT_NAMES.map((format) => ({
    id: `export-${format}`,
    label: wordsOf(language)(`export.${format}`),
    enabled: !disabled.includes("exportCircuit"),
    click: () => deeds.command({ do: "export", format }),
  }));
}

function themeItems({ language, theme: current }: MenuState, deeds: MenuDeeds): MenuItemConstructorOptions[] {
  return THEMES.map((theme) => ({
    type: "radio",
    label: wordsOf(language)(`menu.theme.${theme}`),
    checked: theme === current,
    click: () => deeds.command({ do: "theme", theme }),
  }));
}

function languageItems({ language: current }: MenuState, deeds: MenuDeeds): MenuItemConstructorOptions[] {
  return LANGUAGES.map((language) => ({
    type: "radio",
    label: wordsOf(current)(`menu.language.${language}`),
    checked: language === current,
    click: () => deeds.command({ do: "language", language }),
  }));
}
