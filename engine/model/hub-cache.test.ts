import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { writeSmallFolder } from "../../test/corpus/small-checkpoint.ts";
import { findInHubCache, hubCacheFolder } from "./hub-cache.ts";
import { openModel } from "./open.ts";

const root = mkdtempSync(join(tmpdir(), "secateur-hub-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const OLD = "a".repeat(40);
const NEW = "b".repeat(40);

let cache = "";
let environment: NodeJS.ProcessEnv = {};

beforeEach(() => {
  cache = mkdtempSync(join(root, "cache-"));
  environment = { HF_HUB_CACHE: cache };
});

function snapshot(repository: string, commit: string, changes = {}): string {
  return writeSmallFolder(join(cache, repository, "snapshots", commit), changes);
}

function reference(repository: string, revision: string, commit: string): void {
  const path = join(cache, repository, "refs", revision);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, commit);
}

describe("findInHubCache()", () => {
  test("takes the commit that refs/main names, even when another snapshot is newer", () => {
    const folder = snapshot("models--org--name", OLD);
    snapshot("models--org--name", NEW);
    reference("models--org--name", "main", `${OLD}\n`);
    expect(findInHubCache("org/name", environment)).toEqual({ folder, name: "org/name", commit: OLD });
  });

  test("finds names without an organisation, branches with slashes, and commits", () => {
    const folder = snapshot("models--gpt2", OLD);
    reference("models--gpt2", "refs/pr/3", OLD);
    expect(findInHubCache("gpt2@refs/pr/3", environment)?.folder).toBe(folder);
    expect(findInHubCache(`gpt2@${OLD}`, environment)?.folder).toBe(folder);
    expect(findInHubCache(`gpt2@${NEW}`, environment)).toBeUndefined();
    expect(findInHubCache("gpt2@other", environment)).toBeUndefined();
  });

  test("without refs/main takes the newest snapshot that is whole", () => {
    const folder = snapshot("models--org--name", OLD);
    const incomplete = snapshot("models--org--name", NEW, { "tokenizer.json": undefined });
    utimesSync(folder, 1000, 1000);
    utimesSync(incomplete, 2000, 2000);
    expect(findInHubCache("org/name", environment)?.commit).toBe(OLD);
  });

  test("counts a sharded snapshot as whole only when every shard is there", () => {
    const index = {
      "model.safetensors": undefined,
      "model.safetensors.index.json": { weight_map: { a: "1.safetensors", b: "2.safetensors" } },
    };
    snapshot("models--org--name", OLD, { ...index, "1.safetensors": "" });
    expect(findInHubCache("org/name", environment)).toBeUndefined();
    snapshot("models--org--name", NEW, { ...index, "1.safetensors": "", "2.safetensors": "" });
    expect(findInHubCache("org/name", environment)?.commit).toBe(NEW);
  });

  test("refuses a file that leads out of the cache", () => {
    const folder = snapshot("models--org--name", OLD, { "config.json": undefined });
    const outside = join(root, "outside.json");
    writeFileSync(outside, "{}");
    symlinkSync(outside, join(folder, "config.json"));
    expect(() => findInHubCache("org/name", environment)).toThrow(
      /config\.json leads out of the cache .*outside\.json\. Remove the link/,
    );
  });

  test("follows links into the cache's own blobs", () => {
    const folder = snapshot("models--org--name", OLD, { "config.json": undefined });
    const blob = join(cache, "models--org--name", "blobs", "c");
    mkdirSync(dirname(blob));
    writeFileSync(blob, "{}");
    symlinkSync("../../blobs/c", join(folder, "config.json"));
    expect(findInHubCache("org/name", environment)?.folder).toBe(folder);
  });

  test.each(["../x", "org/../../x", "org/name/more", "", "org/name@../..", "/abs/path"])(
    "%j is no name in the cache",
    (name) => {
      expect(findInHubCache(name, environment)).toBeUndefined();
    },
  );
});

describe("hubCacheFolder()", () => {
  test("follows the variables of Hugging Face's tools in their order", () => {
    const all = { HF_HUB_CACHE: "/1", HUGGINGFACE_HUB_CACHE: "/2", HF_HOME: "/3", XDG_CACHE_HOME: "/4" };
    expect(hubCacheFolder(all)).toBe("/1");
    expect(hubCacheFolder({ ...all, HF_HUB_CACHE: undefined })).toBe("/2");
    expect(hubCacheFolder({ HF_HOME: "/3", XDG_CACHE_HOME: "/4" })).toBe("/3/hub");
    expect(hubCacheFolder({ XDG_CACHE_HOME: "/4" })).toBe("/4/huggingface/hub");
    expect(hubCacheFolder({})).toMatch(/[/\\]\.cache[/\\]huggingface[/\\]hub$/);
  });
});

test("openModel() opens a name in the cache and records its commit, so that it opens the same one again", () => {
  const before = process.env.HF_HUB_CACHE;
  process.env.HF_HUB_CACHE = cache;
  try {
    snapshot("models--org--name", OLD);
    const model = openModel("org/name");
    expect([model.name, model.source]).toEqual(["org/name", `org/name@${OLD}`]);
    model.close();
    const again = openModel(model.source);
    expect(again.sha256).toBe(model.sha256);
    again.close();
  } finally {
    if (before === undefined) delete process.env.HF_HUB_CACHE;
    else process.env.HF_HUB_CACHE = before;
  }
});
