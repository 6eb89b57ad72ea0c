// Looks into a model as several clients ask for them: the last of a kind counts, who goes away is not waited for, nothing is left open.
import { readdirSync, statSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, expect, test, vi } from "vitest";
import { Executor } from "../activations/executor.ts";
import type { EngineError } from "../base/errors.ts";
import { Inspection } from "./inspection.ts";

vi.setConfig({ testTimeout: 60_000 });

const CHOICE = { task: "tasks/ioi.yaml", model: "sprig", examples: { discovery: 4, heldOut: 2 } };
const HEATMAP = { ...CHOICE, site: "z", by: "head", direction: "noising" } as const;
const CANCELLED = { code: "cancelled", message: "Stopped on request." };

const opened: Inspection[] = [];
const inspection = () => {
  const made = new Inspection({ threads: 1 });
  opened.push(made);
  return made;
};
afterEach(async () => {
  vi.restoreAllMocks();
  for (const made of opened.splice(0)) await made.dispose();
});

test("a look takes the place of the one of its kind before it, and of no other", async () => {
  const looks = inspection().forClient();
  const [former, attention, one, list, latter] = await Promise.allSettled([
    looks.heatmap({ ...HEATMAP, by: "layer" }),
    looks.attention({ ...CHOICE, head: "a1.h0", example: 0 }),
    looks.neurons({ ...CHOICE, neurons: ["m0.n1"] }),
    looks.neurons({ ...CHOICE, neurons: ["m0.n1", "m0.n2"] }),
    looks.heatmap(HEATMAP),
  ]);
  expect(former).toMatchObject({ status: "rejected", reason: CANCELLED });
  expect([attention, one, list, latter].map(({ status }) => status)).toEqual(Array(4).fill("fulfilled"));
});

test("a task is tried on 16 of its prompts, and on more where more are asked for; all of them are listed", async () => {
  const looks = inspection().forClient();
  const choice = { ...CHOICE, examples: { discovery: 40, heldOut: 2 } };
  const embed = vi.spyOn(Executor.prototype, "embed");
  const few = await looks.preview(choice);
  expect(few).toMatchObject({ tried: 16, counts: { discovery: 40, heldOut: 2 } });
  expect(few.prompts.length).toBe(42);
  const tokens = (first: number) =>
    few.prompts.slice(0, first).reduce((sum, { clean, corrupt }) => sum + clean.ids.length + corrupt.ids.length, 0);
  const passed = () => embed.mock.calls.reduce((sum, [ids]) => sum + ids.length, 0);
  expect(passed()).toBeLessThanOrEqual(2 * tokens(16));
  const more = await looks.preview({ ...choice, tried: 1000 });
  expect(more.tried).toBe(40);
  const alone = await looks.preview({ ...choice, examples: { discovery: 16, heldOut: 2 } });
  expect(few.full).toBeCloseTo(alone.full, 6);
  expect(more.full).not.toBeCloseTo(few.full, 3);
});

test("a look under way ends before the next program runs, and the next look is answered as if it had not been", async () => {
  const whole = await inspection().forClient().preview(CHOICE);
  const looks = inspection().forClient();
  const write = vi.spyOn(Executor.prototype, "write");
  const plain = Executor.prototype.embed;
  let latter: ReturnType<typeof looks.preview> | undefined;
  // While the former begins its first pass.
  vi.spyOn(Executor.prototype, "embed").mockImplementationOnce(function (this: Executor, ...args) {
    latter = looks.preview(CHOICE);
    return plain.apply(this, args);
  });
  const former = looks.preview(CHOICE);
  await expect(former).rejects.toMatchObject(CANCELLED);
  expect(write).not.toHaveBeenCalled();
  expect(await latter).toEqual(whole);
});

test("while a hundred thousand examples are made other calls are heard, and one of them ends it", async () => {
  const looks = inspection().forClient();
  const former = looks.preview({ ...CHOICE, examples: { discovery: 100_000, heldOut: 2 } });
  const heard = new Promise<void>((resolve) => setImmediate(resolve));
  await expect(Promise.race([heard.then(() => "heard"), former])).resolves.toBe("heard");
  const latter = looks.preview(CHOICE);
  await expect(former).rejects.toMatchObject(CANCELLED);
  expect((await latter).counts).toEqual({ discovery: 4, heldOut: 2 });
});

test("a client that goes away ends its looks, waiting or under way, and nobody else's", async () => {
  const gone = new AbortController();
  const shared = inspection();
  const leaving = shared.forClient(gone.signal);
  const looks = [leaving.preview(CHOICE), leaving.heatmap(HEATMAP)];
  const other = shared.forClient().preview(CHOICE);
  gone.abort();
  const ended = await Promise.allSettled([...looks, leaving.preview(CHOICE)]);
  expect(ended).toMatchObject(Array(3).fill({ status: "rejected", reason: CANCELLED }));
  expect((await other).counts).toEqual({ discovery: 4, heldOut: 2 });
});

/** Each fails at another place on its way. */
const FAILING = [
  { ...CHOICE, task: "tasks/none.yaml" },
  { ...CHOICE, model: "none-of-that-name" },
  { ...CHOICE, task: "tasks/task.schema.json" },
  { ...CHOICE, corruption: "none" },
  { ...CHOICE, reference: "zero" as never },
];

test.runIf(process.platform === "linux")(
  "a hundred previews that fail leave no file open and hold less than one model",
  async () => {
    const looks = inspection().forClient();
    const codes: string[] = [];
    const failAll = async () => {
      for (const choice of FAILING)
        codes.push(await looks.preview(choice).then(String, ({ code }: EngineError) => code));
    };
    const open = () => readdirSync("/proc/self/fd").length;
    await failAll();
    const [files, bytes] = [open(), bytesHeld()];
    for (let i = 0; i < 100 / FAILING.length; i++) await failAll();
    expect([...new Set(codes)].sort()).toEqual(["invalid-task", "missing-file", "model-not-found", "usage"]);
    expect(open()).toBeLessThanOrEqual(files);
    expect(bytesHeld() - bytes).toBeLessThan(statSync("models/sprig/model.safetensors").size);
  },
);

/** After what nobody holds has been collected. */
function bytesHeld(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
