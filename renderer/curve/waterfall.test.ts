import { expect, test } from "vitest";
import { PALETTES } from "../look/palette.ts";
import { waterfall } from "./waterfall.ts";

test("each bar begins where the one before it ended, and says on hover what it adds", () => {
  const svg = waterfall(
    {
      parts: [
        { name: "embedding", label: "emb", adds: 2, kind: "other" },
        { name: "attention 0", label: "0", adds: 3, kind: "first" },
        { name: "MLP 0", adds: -5, kind: "second" },
      ],
      kinds: { first: "attention", second: "MLP" },
      yTitle: "logit",
      caption: "m",
      number: String,
    },
    { palette: PALETTES.light, background: undefined, width: 300 },
  );
  const bars = [
    ...svg.matchAll(/<rect x="([\d.]+)" y="([\d.]+)" width="[\d.]+" height="([\d.]+)"[^>]*><title>([^<]*)/g),
  ];
  expect(bars.map(([, , , , said]) => said)).toEqual(["embedding: 2", "attention 0: 3", "MLP 0: -5"]);
  const spans = bars.map(([, , y, height]) => [Number(y), Number(y) + Number(height)]);
  // From 0 up to 2, on to 5, and back to 0: tops and feet meet.
  expect(spans[0]![0]).toBeCloseTo(spans[1]![1]!, 3);
  expect(spans[2]![0]).toBeCloseTo(spans[1]![0]!, 3);
  expect(spans[2]![1]).toBeCloseTo(spans[0]![1]!, 3);
  expect(svg).toContain(">emb<");
});
