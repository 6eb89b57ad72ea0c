// The one palette: signed and sequential scales and the colours of nodes, for page, canvas and exports alike.
//
// Signed values go from blue (negative: on ablation the metric falls, the node helps) over the paper to orange (positive),
// which readers with any common colour blindness tell apart; kept, removed and compared nodes differ in shape or stroke too.
import { scaleDiverging, scaleSequential } from "d3-scale";
import { interpolateRgbBasis } from "d3-interpolate";

export type ThemeName = "light" | "dark";

export interface Palette {
  readonly paper: string;
  readonly panel: string;
  readonly ink: string;
  readonly faint: string;
  readonly line: string;
  readonly accent: string;
  readonly danger: string;
  readonly negative: readonly [strong: string, weak: string];
  readonly positive: readonly [weak: string, strong: string];
  /** Sequential scale, from nothing to most. */
  readonly amount: readonly string[];
  readonly kept: string;
  readonly removed: string;
  /** Comparison: in both, only in the first, only in the second. */
  readonly both: string;
  readonly onlyA: string;
  readonly onlyB: string;
  /** Lines of one plot: after Okabe and Ito, to be told apart with any common colour blindness. */
  readonly series: readonly string[];
}

export const PALETTES: Readonly<Record<ThemeName, Palette>> = {
  light: {
    paper: "#ffffff",
    panel: "#f6f6f4",
    ink: "#1d2126",
    faint: "#666d76",
    line: "#d9dbde",
    accent: "#1f6f54",
    danger: "#a3281f",
    negative: ["#14508f", "#9cc3e6"],
    positive: ["#f4bf8a", "#b04a00"],
    amount: ["#ffffff", "#cfe3da", "#7fb79f", "#2f7f62", "#0d4532"],
    kept: "#1f6f54",
    removed: "#b9bdc3",
    both: "#1f6f54",
    onlyA: "#14508f",
    onlyB: "#b04a00",
    series: ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#8a6d00", "#3a8fc4", "#555b62"],
  },
  dark: {
    paper: "#14171a",
    panel: "#1c2024",
    ink: "#e8eaec",
    faint: "#9aa2ab",
    line: "#343a41",
    accent: "#5dbd98",
    danger: "#f08a80",
    negative: ["#7fb8f0", "#28445f"],
    positive: ["#5f4024", "#f4a259"],
    amount: ["#14171a", "#1d3a30", "#2f6b55", "#5dab8b", "#b9ecd6"],
    kept: "#5dbd98",
    removed: "#565d65",
    both: "#5dbd98",
    onlyA: "#7fb8f0",
    onlyB: "#f4a259",
    series: ["#56b4e9", "#f28e4b", "#3fc79a", "#e39ac2", "#f0e442", "#9db8ff", "#b0b6bd"],
  },
};

/** Colours for values from −limit over 0 to limit. */
export function signedScale(palette: Palette, limit: number): (value: number) => string {
  const colours = [...palette.negative, palette.paper, ...palette.positive];
  const scale = scaleDiverging(interpolateRgbBasis(colours))
    .domain([-(limit || 1), 0, limit || 1])
    .clamp(true);
  return (value) => scale(value);
}

/** Colours for values from 0 to `most`. */
export function amountScale(palette: Palette, most: number): (value: number) => string {
  const scale = scaleSequential(interpolateRgbBasis([...palette.amount]))
    .domain([0, most || 1])
    .clamp(true);
  return (value) => scale(value);
}
