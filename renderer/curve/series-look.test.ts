import { expect, test } from "vitest";
import { EDGE_METHODS, ORDERINGS } from "../../engine/choices/lists.ts";
import { PALETTES } from "../look/palette.ts";
import { seriesLook } from "./series-look.ts";

test.each(["light", "dark"] as const)(
  "every order of units and every score of edges has a dash of its own, %s",
  (theme) => {
    for (const lines of [ORDERINGS, EDGE_METHODS]) {
      const dashes = lines.map((_, i) => seriesLook(PALETTES[theme], i).dash.join(" "));
      expect(new Set(dashes).size).toBe(lines.length);
    }
  },
);
