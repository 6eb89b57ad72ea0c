import { expect, test } from "vitest";
import { modelCacheFolder, smollm2Path } from "./model-cache.ts";

test("the model cache follows SECATEUR_HOME, then XDG_CACHE_HOME, then the home folder", () => {
  expect(modelCacheFolder({ SECATEUR_HOME: "/s", XDG_CACHE_HOME: "/x" })).toBe("/s/models");
  expect(modelCacheFolder({ XDG_CACHE_HOME: "/x" })).toBe("/x/secateur/models");
  expect(modelCacheFolder({})).toMatch(/[/\\]\.cache[/\\]secateur[/\\]models$/);
  expect(smollm2Path({ SECATEUR_HOME: "/s" })).toBe("/s/models/SmolLM2-135M-Instruct.Q4_1.gguf");
});
