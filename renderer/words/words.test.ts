import { beforeAll, expect, test } from "vitest";
import { en } from "./en.ts";
import { fetchWords } from "./tables.svelte.ts";
import { Words } from "./words.svelte.ts";
import { zh } from "./zh.ts";

beforeAll(async () => {
  for (const language of ["en", "zh"] as const) await fetchWords(language);
});

const keys = Object.keys(en) as (keyof typeof en)[];
const namesIn = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

test("both languages have the same keys, and words under each", () => {
  expect(Object.keys(zh)).toEqual(keys);
  expect(keys.filter((key) => en[key].trim() === "" || zh[key].trim() === "")).toEqual([]);
});

test("each message fills in the same names in both languages", () => {
  for (const key of keys) expect([key, namesIn(zh[key])]).toEqual([key, namesIn(en[key])]);
});

test("the words follow the language at once", () => {
  const settings: { language: "en" | "zh" } = { language: "en" };
  const words = new Words(settings);
  expect(words.t("engine.ready")).toBe("engine ready");
  settings.language = "zh";
  expect(words.t("engine.ready")).toBe("引擎就绪");
  expect(words.t("curve.at", { step: 3, kept: 5, f: "0.99" })).toBe("第 3 步：保留 5，f = 0.99");
});

test("numbers have a true minus sign, and a dash where there is none", () => {
  const words = new Words({ language: "en" });
  expect([words.signed(-1.5, 2), words.signed(1.5, 2), words.number(undefined), words.percent(0.978)]).toEqual([
    "−1.50",
    "+1.50",
    "–",
    "98%",
  ]);
  expect([words.seconds(0.2), words.seconds(75), words.bytes(97_600_000), words.bytes(5_400_000)]).toEqual([
    "1 s",
    "1 min",
    "98 MB",
    "5.4 MB",
  ]);
});

test("what is shown as zero has no sign, in any way of writing it", () => {
  const words = new Words({ language: "en" });
  const least = -0.0004;
  expect([
    words.number(least),
    words.signed(least),
    words.signed(-least),
    words.interval([least, 0.25]),
    words.percent(least),
    words.count(-0),
    words.headline({ code: "new", values: { a: least } }),
  ]).toEqual(["0.000", "0.000", "0.000", "[0.000, 0.250]", "0%", "0", "a 0.000"]);
  expect([words.percent(-0.25), words.count(-1234), words.signed(-0.0006)]).toEqual(["−25%", "−1,234", "−0.001"]);
});

test("a name that has no words is shown as it is", () => {
  expect(new Words({ language: "zh" }).named("role", "backup of the backup")).toBe("backup of the backup");
});

test("a result's figure: counts whole, shares as percentages, of an unknown code its values alone", () => {
  const words = new Words({ language: "en" });
  expect(words.headline({ code: "prune", values: { kept: 5, f: 0.99541 } })).toBe("5 kept, f 0.995");
  expect(words.headline({ code: "edit", values: { share: 0.5, null: 0.1 } })).toBe("50% of edits take, by chance 10%");
  expect(words.headline({ code: "lens", values: { token: " Mary", point: "L2" } })).toBe(
    "“Mary” comes first from L2 on",
  );
  expect(words.headline({ code: "new", values: { a: 1, b: NaN } })).toBe("a 1, b –");
  const vector = "/home/me/formal.gguf + C:\\x\\plural.json";
  expect(words.headline({ code: "vector-apply", values: { vector, scale: 2, text: " and/or" } })).toBe(
    "formal.gguf + plural.json × 2: “and/or”",
  );
});

test("a value of a plot is as short as its size allows, and as exact as its axis asks", () => {
  const words = new Words({ language: "en" });
  expect([0, 2, -0.004, 1.234, 12.34, 123.4].map((value) => words.plotted(value))).toEqual([
    "0",
    "2",
    "0.00",
    "1.23",
    "12.3",
    "123",
  ]);
  expect(words.plotted(1, 2)).toBe("1.00");
});
