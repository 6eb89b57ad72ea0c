// The theme that is shown now: the user's choice, or the system's.
import { MediaQuery } from "svelte/reactivity";
import type { ThemeName } from "../look/palette.ts";
import { type Settings, themeFor } from "./settings.svelte.ts";

const systemIsDark = new MediaQuery("(prefers-color-scheme: dark)");

export function shownTheme(settings: Settings): ThemeName {
  return themeFor(settings.theme, systemIsDark.current);
}
