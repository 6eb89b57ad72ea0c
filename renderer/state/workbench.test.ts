// The workbench over an example: what is shown at a step, while circuits are compared, and of what was taken out.
import { beforeAll, expect, test, vi } from "vitest";
import type { Attention } from "../../engine/contract.ts";
import { PALETTES } from "../look/palette.ts";
import { kindFor, pictureOf } from "../app/picture.ts";
import type { Host } from "../client/host.ts";
import example from "../example/ioi.json";
import { fetchWords } from "../words/tables.svelte.ts";
import { Words } from "../words/words.svelte.ts";
import { Settings } from "./settings.svelte.ts";
import { memoryOnly } from "./stored.ts";
import { ablate, NO_EDITS } from "./view.ts";
import { type RecordedExample, Workbench } from "./workbench.svelte.ts";

beforeAll(() => fetchWords("en"));

const HOST = { kind: "browser", transport: {}, files: {}, shell: {} } as unknown as Host;
const opened = () => new Workbench(HOST, new Settings(memoryOnly(), ["en"]), example as unknown as RecordedExample);
const words = new Words({ language: "en" });
const LOOK = { palette: PALETTES.light, width: 500, background: undefined };
const HEAD = "a1.h0";

test("at an earlier step the nodes are the step's, and what was measured at the end is known to be of the end", () => {
  const bench = opened();
  expect([bench.isAtEnd, bench.kept.length, kindFor(bench)]).toEqual([true, 5, "figure"]);
  bench.goTo(3);
  expect([bench.isAtEnd, bench.kept.length, kindFor(bench)]).toEqual([false, 29, "map"]);
  expect(bench.drawnNodes.filter(({ state }) => state === "kept").length).toBe(29);
  expect(bench.drawnNodes.filter(({ state }) => state === "removed-now").map(({ id }) => id)).toEqual(
    bench.shownStep?.removed,
  );
});

test("circuits are compared as their searches left them: the step is the last, and no other can be gone to", () => {
  const bench = opened();
  bench.goTo(3);
  bench.show({ comparedWith: "another" });
  const { record } = example as unknown as RecordedExample;
  bench.compared = { state: "done", value: record };
  expect([bench.isAtEnd, bench.kept.length]).toEqual([true, 5]);
  bench.goTo(7);
  expect([bench.isAtEnd, bench.view.current.step]).toEqual([true, 3]);
  expect(bench.drawnNodes.filter(({ state }) => state === "removed-now")).toEqual([]);
  expect(bench.drawnNodes.filter(({ side }) => side !== undefined).length).toBe(5);
});

test("a head that the user took out keeps its label on the page, without its connections; a paper shows what is kept", () => {
  const bench = opened();
  bench.selectNode(HEAD);
  bench.edit(ablate(NO_EDITS, HEAD));
  const page = pictureOf(bench, words, "figure", { ...LOOK, room: 400, selected: HEAD })!;
  const box = new RegExp(`<g id="${HEAD}"[^>]*>.*?</g>`).exec(page)![0];
  expect(box).toContain(">1.0</text>");
  expect(box).toContain('stroke-dasharray="2 2"');
  expect(page).not.toMatch(new RegExp(`data-edge="[^"]*${HEAD}`));
  expect(pictureOf(bench, words, "figure", LOOK)).not.toContain(`id="${HEAD}"`);
});

test("undoing an edit drops the figures that were measured with it", () => {
  const bench = opened();
  bench.edit(ablate(NO_EDITS, HEAD));
  bench.measured = { state: "done", value: { discovery: {} as never, heldOut: undefined } };
  bench.undo();
  expect([bench.measured.state, bench.hasEdits]).toEqual(["none", false]);
  bench.redo();
  expect(bench.hasEdits).toBe(true);
});

test("an attention pattern is asked for once, whatever is looked at meanwhile", async () => {
  const bench = opened();
  const attention = vi.fn((asked: { readonly head: string }) =>
    Promise.resolve({ promoted: [asked.head] } as unknown as Attention),
  );
  vi.spyOn(bench.link, "api", "get").mockReturnValue({ attention } as never);
  bench.link.status = { state: "ready", hello: {} as never };
  const look = async (head: string) => {
    bench.selectNode(head);
    await bench.askAttention(head, 0);
    return bench.attention.state === "done" ? bench.attention.value.promoted : bench.attention.state;
  };
  expect([await look(HEAD), await look("a0.h6"), await look(HEAD)]).toEqual([[HEAD], ["a0.h6"], [HEAD]]);
  expect(attention.mock.calls.map(([{ head }]) => head)).toEqual([HEAD, "a0.h6"]);
});
