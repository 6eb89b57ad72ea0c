import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { sha256 } from "../engine/base/hash.ts";
import { EngineProcess, type Launch } from "../server/engine-process.ts";
import { checkedLaunch } from "./engine-check.ts";

const folder = mkdtempSync(join(tmpdir(), "secateur-engine-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const entry = join(folder, "engine.cjs");
writeFileSync(entry, "as it was built");

const started: string[] = [];
const launch: Launch = () => {
  started.push("engine");
  return { pid: 1, takesPorts: false, send: () => undefined, kill: () => undefined };
};

test("the engine that was built with the program is started", () => {
  const engine = new EngineProcess(checkedLaunch(entry, sha256("as it was built"), launch));
  engine.start();
  expect([started.splice(0), engine.report]).toEqual([["engine"], undefined]);
  engine.stop();
});

test("another file in its place is not, and the page hears why", async () => {
  const engine = new EngineProcess(checkedLaunch(entry, sha256("something else"), launch));
  engine.start();
  const reason = await new Promise<string>((resolve) => {
    engine.open({ message: () => undefined, lost: ({ reason }) => resolve(reason) });
  });
  engine.stop();
  expect(started).toEqual([]);
  expect(reason).toBe(
    `The engine was not started: ${entry} is not the file that this program was built with; install Secateur again.`,
  );
});
