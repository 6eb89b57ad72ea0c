// A job and the models of the machine that does it: found by their hash, fetched where that is allowed, told where they are not there.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { tinyPath } from "../../test/reference/tiny-models.ts";
import { downloadModel } from "../model/hub-download.ts";
import { addOwnModel } from "../model/own-models.ts";
import { openModel, openModelAt } from "../model/open.ts";
import { COMMIT, HubServer } from "../../test/hub-server.ts";
import { type FetchModel, requireModel } from "./job-model.ts";
import type { SweepJob } from "./sweep-job.ts";

const LLAMA = tinyPath("models/llama");
const OTHER = tinyPath("models/gpt2");
const NAMES = ["config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "job-model-"));
  vi.stubEnv("HF_HUB_CACHE", join(folder, "hub"));
  vi.stubEnv("SECATEUR_HOME", join(folder, "home"));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

function hashAt(path: string): string {
  const model = openModelAt(path);
  const { sha256 } = model;
  model.close();
  return sha256;
}

/** Of one who knows the tiny llama by this name; each test has another, since a name stays known. */
function jobOf(name: string, { source = name, path = LLAMA } = {}): SweepJob {
  return { settings: { model: name }, model: { name: "llama", source, sha256: hashAt(path) } } as unknown as SweepJob;
}

const required = (job: SweepJob, fetch?: FetchModel) =>
  requireModel(job, { fetch, signal: new AbortController().signal, onProgress: () => undefined });

function opened(name: string): { name: string; source: string; sha256: string } {
  const model = openModel(name);
  const { name: called, source, sha256 } = model;
  model.close();
  return { name: called, source, sha256 };
}

/** A snapshot as Hugging Face's tools leave it where links are not allowed: files, not links to blobs. */
function snapshot(from: string, name: string): void {
  const at = join(folder, "hub", `models--${name}`, "snapshots", COMMIT);
  mkdirSync(at, { recursive: true });
  for (const file of NAMES) cpSync(join(from, file), join(at, file));
}

test.each([
  ["among those that were added", () => void addOwnModel(LLAMA)],
  ["in the cache of the Hub, under another name", () => snapshot(LLAMA, "somebody--else")],
])(
  "a model that lies %s is found by its hash, and calls itself as on the machine of the one who asks",
  async (at, put) => {
    const job = jobOf(`/models of another/${at}`);
    await expect(required(job)).rejects.toMatchObject({ code: "model-not-found" });
    put();
    await required(job);
    expect(opened((job.settings as { model: string }).model)).toEqual(job.model);
  },
);

test("what has other weights under the job's name is passed over for what has the right ones", async () => {
  const path = join(folder, "same-name");
  cpSync(OTHER, path, { recursive: true });
  addOwnModel(path);
  const job = jobOf(path);
  const sentence = `No model here has the weights that ${path} has in this job (${job.model!.sha256.slice(0, 12)}…). Put it here, or let this worker fetch it with --allow-fetch.`;
  await expect(required(job)).rejects.toThrow(sentence);
  addOwnModel(LLAMA);
  await required(job);
  expect(opened(path).sha256).toBe(job.model!.sha256);
  // A job of another sweep, which means what lies there.
  await required(jobOf(path, { path: OTHER }));
  expect(opened(path).sha256).toBe(hashAt(OTHER));
});

test("a blob is believed to be what its name says only once it was read", async () => {
  const job = jobOf("org/broken");
  const repository = join(folder, "hub", "models--org--broken");
  const at = join(repository, "snapshots", COMMIT);
  mkdirSync(join(repository, "blobs"), { recursive: true });
  cpSync(LLAMA, at, { recursive: true });
  rmSync(join(at, "model.safetensors"));
  const blob = join(repository, "blobs", job.model!.sha256);
  symlinkSync(blob, join(at, "model.safetensors"));
  const bytes = readFileSync(join(LLAMA, "model.safetensors"));
  bytes[bytes.length - 1]! ^= 1;
  writeFileSync(blob, bytes);
  await expect(required(job)).rejects.toMatchObject({ code: "model-not-found" });
});

test("a model is fetched where that is allowed, the commit of the one who asks, once; what comes with other weights is told", async () => {
  const files = (from: string) => new Map(NAMES.map((name) => [name, readFileSync(join(from, name))]));
  const hub = await HubServer.start(files(LLAMA));
  vi.stubEnv("HF_ENDPOINT", hub.address);
  const asked: string[] = [];
  const fetch: FetchModel = async ({ source }) => {
    asked.push(source);
    await downloadModel(source.split("@")[0]!, { revision: source.split("@")[1]! });
  };
  const job = jobOf("tiny/llama", { source: `tiny/llama@${COMMIT}` });
  await required(job, fetch);
  await required(job, fetch);
  expect(asked).toEqual([`tiny/llama@${COMMIT}`]);
  expect(opened("tiny/llama")).toMatchObject({ source: `tiny/llama@${COMMIT}`, sha256: job.model!.sha256 });
  const other = jobOf("tiny/other", { source: `tiny/other@${COMMIT}`, path: OTHER });
  await expect(required(other, fetch)).rejects.toThrow(
    "tiny/other was fetched, and what came has other weights than in this job",
  );
  hub.close();
});
