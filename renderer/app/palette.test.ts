import { beforeAll, expect, test, vi } from "vitest";
import type { ResultSummary } from "../../engine/contract/jobs.ts";
import type { Host } from "../client/host.ts";
import example from "../example/ioi.json";
import { Settings } from "../state/settings.svelte.ts";
import { memoryOnly } from "../state/stored.ts";
import { type RecordedExample, Workbench } from "../state/workbench.svelte.ts";
import { fetchWords } from "../words/tables.svelte.ts";
import { Words } from "../words/words.svelte.ts";
import { actionsOf } from "./actions.ts";
import { Chrome } from "./chrome.svelte.ts";
import { foundIn, paletteEntries } from "./palette.ts";

beforeAll(() => fetchWords("en"));

const HOST = { kind: "browser", transport: {}, files: {}, shell: {} } as unknown as Host;

function opened() {
  const settings = new Settings(memoryOnly(), ["en"]);
  const words = new Words(settings);
  const bench = new Workbench(HOST, settings, example as unknown as RecordedExample);
  const hello = {
    secateur: "",
    node: "",
    onnxruntime: "",
    platform: "",
    threads: 1,
    instance: "1",
    protocol: 1,
    machine: { name: "", overSsh: false },
  };
  bench.link.status = { state: "ready", hello };
  const task = { file: "tasks/pronoun.yaml", name: "pronoun", title: { en: "Gendered pronoun" }, kind: "contrast" };
  bench.tasks.tasks = { state: "done", value: [task as never] };
  const sprig = { name: "sprig", where: "embedded", ready: true } as const;
  const smol = { name: "smollm2", where: "not-fetched", family: "llama", bytes: 98_000_000, ready: false } as const;
  bench.tasks.models = { state: "done", value: [sprig, smol] };
  const about = { model: "sprig", task: "ioi" };
  bench.tray.results = [{ id: "lens-1", verb: "lens", name: "first look", about, state: "finished" } as ResultSummary];
  const entries = () => paletteEntries(bench, actionsOf(bench, new Chrome()), words);
  return { bench, entries, find: (query: string) => foundIn(entries(), query) };
}

test.each([
  ["pronoun", "task", "Gendered pronoun"],
  ["llama", "model", "smollm2 · Get 98 MB"],
  ["a1.h0", "node", "a1.h0 · name mover"],
  ["first look", "result", "first look"],
  ["lens show", "command", "Show: Lens"],
  ["theme dark", "setting", "Theme: Dark"],
] as const)("a few letters find a %s: it is a %s", (query, kind, label) => {
  expect(opened().find(query)[0]).toMatchObject({ kind, label, enabled: true });
});

test("a line does what it names", async () => {
  const { bench, find } = opened();
  await find("a1.h0")[0]!.run();
  expect(bench.selectedNode).toBe("a1.h0");
  await find("theme dark")[0]!.run();
  expect(bench.settings.theme).toBe("dark");
  const openTask = vi.spyOn(bench, "openTask").mockResolvedValue();
  await find("pronoun")[0]!.run();
  expect(openTask).toHaveBeenCalledWith({ file: "tasks/pronoun.yaml" });
  const takeModel = vi.spyOn(bench, "takeModel").mockResolvedValue();
  await find("smollm2")[0]!.run();
  expect(takeModel).toHaveBeenCalledWith("smollm2");
});

test("before a letter is typed it is a menu of commands and settings, those that can be done first", () => {
  const shown = opened().find("");
  expect(new Set(shown.map(({ kind }) => kind))).toEqual(new Set(["command", "setting"]));
  expect(shown.map(({ enabled }) => enabled)).toEqual(shown.map(({ enabled }) => enabled).sort((a, b) => +b - +a));
});

test("every line is its own", () => {
  const ids = opened()
    .entries()
    .map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});
