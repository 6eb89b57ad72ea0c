// Puts a theme's colours on the page as CSS variables: --paper, --panel, --ink, --faint, --line, --accent, --danger and the rest.
import { type Palette, PALETTES, type ThemeName } from "./palette.ts";

export function applyTheme(theme: ThemeName, root: HTMLElement = document.documentElement): Palette {
  const palette = PALETTES[theme];
  for (const [name, value] of Object.entries(palette) as [string, string | readonly string[]][]) {
    if (typeof value === "string") root.style.setProperty(`--${name}`, value);
  }
  root.style.setProperty("--helps", palette.negative[0]);
  root.style.setProperty("--hinders", palette.positive[1]);
  root.style.colorScheme = theme;
  root.dataset.theme = theme;
  return palette;
}
