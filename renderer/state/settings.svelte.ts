// How the user likes the workbench: theme, language, sizes of panes, files opened lately; remembered between visits.
import { type Language, LANGUAGES, languageFor } from "../words/language.ts";
import type { ThemeName } from "../look/palette.ts";
import { type RecentFile, withMissing, withOpened } from "./recent-files.ts";
import { type GuideState, isGuideState } from "./guide.ts";
import { type Memory, recall, remember } from "./stored.ts";
import { toggled } from "./view.ts";
import { THEME_CHOICES, type ThemeChoice } from "./theme-choice.ts";

/** Pixels of the panes at the right and at the bottom. */
export interface PaneSizes {
  readonly right: number;
  readonly bottom: number;
}

export const FIRST_SIZES: PaneSizes = { right: 312, bottom: 268 };

/** In a large window the panes have their share of it. */
export function firstSizes(window: { readonly innerWidth: number; readonly innerHeight: number }): PaneSizes {
  const { right, bottom } = FIRST_SIZES;
  return {
    right: Math.round(Math.max(right, Math.min(460, window.innerWidth * 0.19))),
    bottom: Math.round(Math.max(bottom, Math.min(400, window.innerHeight * 0.27))),
  };
}

/** Parts of the window that can be folded away. */
export const FOLDED_PARTS = ["rail", "right", "shelf"] as const;
export type FoldedPart = (typeof FOLDED_PARTS)[number];

export class Settings {
  theme = $state<ThemeChoice>("system");
  language = $state<Language>("en");
  sizes = $state.raw<PaneSizes>(FIRST_SIZES);
  recent = $state.raw<readonly RecentFile[]>([]);
  /** Parts of the window that are folded away. */
  folded = $state.raw<readonly FoldedPart[]>(["shelf"]);

  /** Where the guided first run stands. */
  guide = $state<GuideState>(0);

  constructor(
    private readonly memory: Memory,
    preferred: readonly string[],
    readonly first: PaneSizes = FIRST_SIZES,
  ) {
    this.theme = recall(memory, "theme", "system" as ThemeChoice, isOneOf(THEME_CHOICES));
    this.language = recall(memory, "language", languageFor(preferred), isOneOf(LANGUAGES));
    this.sizes = recall(memory, "sizes", first, isSizes);
    this.folded = recall(memory, "folded", this.folded, isFolded);
    this.guide = recall(memory, "guide", this.guide, isGuideState);
    this.recent = recall(memory, "recent", [] as readonly RecentFile[], isRecent);
  }

  setTheme(theme: ThemeChoice): void {
    this.theme = theme;
    remember(this.memory, "theme", theme);
  }

  setLanguage(language: Language): void {
    this.language = language;
    remember(this.memory, "language", language);
  }

  setSizes(sizes: Partial<PaneSizes>): void {
    this.sizes = { ...this.sizes, ...sizes };
    remember(this.memory, "sizes", this.sizes);
  }

  setGuide(guide: GuideState): void {
    this.guide = guide;
    remember(this.memory, "guide", guide);
  }

  isFolded(part: FoldedPart): boolean {
    return this.folded.includes(part);
  }

  toggleFolded(part: FoldedPart): void {
    this.folded = toggled(this.folded, part) as readonly FoldedPart[];
    remember(this.memory, "folded", this.folded);
  }

  noteOpened(file: string, name: string): void {
    this.setRecent(withOpened(this.recent, file, name));
  }

  noteMissing(file: string): void {
    this.setRecent(withMissing(this.recent, file));
  }

  private setRecent(recent: readonly RecentFile[]): void {
    this.recent = recent;
    remember(this.memory, "recent", recent);
  }
}

/** The theme to show for a choice. */
export function themeFor(choice: ThemeChoice, systemIsDark: boolean): ThemeName {
  return choice === "system" ? (systemIsDark ? "dark" : "light") : choice;
}

function isOneOf<T extends string>(values: readonly T[]): (value: unknown) => value is T {
  return (value): value is T => values.includes(value as T);
}

function isSizes(value: unknown): value is PaneSizes {
  const sizes = value as PaneSizes | null;
  return sizes !== null && [sizes.right, sizes.bottom].every((size) => Number.isFinite(size) && size > 0);
}

function isFolded(value: unknown): value is readonly FoldedPart[] {
  return Array.isArray(value) && value.every((part) => FOLDED_PARTS.includes(part as FoldedPart));
}

function isRecent(value: unknown): value is readonly RecentFile[] {
  return Array.isArray(value) && value.every(({ file, name }) => typeof file === "string" && typeof name === "string");
}
