// Draws a plot as the text of an SVG file that reads on white and on dark pages.
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";

/** At least three to one against white and against the dark of a page at night. */
export const COLOURS = ["#3f87d6", "#d9702a", "#2f9a63", "#9a6bd0", "#d64f5f", "#1f98a6", "#a8861c"] as const;
/** For what stands beside the subject. */
export const GREY = "#7c828a";

/** Of text and axes: as far from white as from the dark of a page at night. */
const ink = "#777c84";

export function draw(options: Plot.PlotOptions): string {
  const { document } = parseHTML("<html></html>");
  const plot = Plot.plot({
    document,
    width: 760,
    height: 380,
    marginLeft: 60,
    marginRight: 24,
    marginBottom: 44,
    marginTop: 28,
    style: { color: ink, fontSize: "12px", background: "none" },
    ...options,
  } as Plot.PlotOptions);
  plot.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return `${plot.outerHTML}\n`;
}
