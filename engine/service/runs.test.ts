import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { EventLog } from "./event-log.ts";
import { Jobs } from "./jobs.ts";
import { ResultStore } from "./result-store.ts";

const home = mkdtempSync(join(tmpdir(), "secateur-runs-"));
vi.stubEnv("SECATEUR_HOME", home);
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true });
});

const folder = join(home, "runs");
mkdirSync(folder);
const written = (name: string, text: string) => writeFileSync(join(folder, name), text);

test("a run whose journal is damaged is listed with the reason; other work and names that were only taken are not", () => {
  written("ioi-sprig-1.jsonl", "{ cut of");
  written("ioi-sprig-2.jsonl", "");
  written("ioi-sprig-3.jsonl", `${JSON.stringify({ format: "secateur.run", version: 4, kind: "edges" })}\n`);
  const jobs = new Jobs(new EventLog(), {}, new ResultStore(join(home, "results")));
  const listed = jobs.runs.list().map(({ id, state, failure }) => ({ id, state, place: failure?.place?.file }));
  expect(listed).toEqual([{ id: "ioi-sprig-1", state: "failed", place: join(folder, "ioi-sprig-1.jsonl") }]);
  expect(jobs.results()).toMatchObject([{ id: "ioi-sprig-1", verb: "prune", state: "damaged", resumes: false }]);
  expect(() => jobs.resume("ioi-sprig-1")).toThrow(join(folder, "ioi-sprig-1.jsonl"));
});
