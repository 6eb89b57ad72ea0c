import { describe, expect, test } from "vitest";
import { z } from "zod";
import { CONFIG_CASES, CONFIG_DEFAULTS } from "../../../test/reference/configs.ts";
import { atLayer } from "../model.ts";
import type { CheckpointKeys } from "./architecture.ts";
import { CONFIG_FIELDS } from "./config-fields.ts";
import { ARCHITECTURES } from "./registry.ts";

/** Forms of the rotary settings, of which the class keeps one, and what it derives from other fields. */
const WITHOUT_DEFAULT = ["rope_scaling", "rope_parameters", "original_max_position_embeddings"];
/** Not declared by Qwen2's class, but read by its attention where it is there. */
const UNDECLARED = ["qwen2 head_dim"];

// Oracle: the config classes of Transformers 5.24.
test.each(Object.entries(CONFIG_FIELDS))("%s: every field that is read has its class's default", (family, fields) => {
  const ours = z.object(fields as z.ZodRawShape).parse({});
  const declared = Object.keys(fields).filter(
    (name) => !WITHOUT_DEFAULT.includes(name) && !UNDECLARED.includes(`${family} ${name}`),
  );
  const theirs = declared.map((name) => [name, CONFIG_DEFAULTS[family][name]]);
  expect(Object.fromEntries(declared.map((name) => [name, ours[name]]))).toEqual(Object.fromEntries(theirs));
  expect(WITHOUT_DEFAULT.map((name) => ours[name] ?? null)).toEqual([null, null, null]);
});

const noWeights: CheckpointKeys = { has: () => false, vector: () => new Float32Array(), same: () => false };

describe("a config is read as its class in Transformers reads it", () => {
  test.each(CONFIG_CASES.map(({ config, expected }) => [JSON.stringify(config), config, expected] as const))(
    "%s",
    (_, json, expected) => {
      const read = ARCHITECTURES.map(({ huggingFace }) => huggingFace[json.model_type]).find((reader) => reader);
      const { config } = read!(json, "config.json", noWeights);
      const { inverseFrequencies, windows, ...sizes } = expected;
      expect(config).toMatchObject(sizes);
      const ours = windows.map((_, layer) => atLayer(config, layer).slidingWindow ?? null);
      expect(ours).toEqual(windows);
      const turning = config.positions.kind === "rotary" ? [...config.positions.inverseFrequencies] : undefined;
      expect(turning?.length).toBe(inverseFrequencies?.length);
      // The reference is float32: five roundings of 6e-8 each.
      turning?.forEach((value, i) => expect(Math.abs(value / inverseFrequencies![i] - 1)).toBeLessThan(5e-7));
    },
  );
});
