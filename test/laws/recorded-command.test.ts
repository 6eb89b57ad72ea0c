// The recorded command, typed again, makes the same settings, for whatever either face can set; and the same file.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { afterAll, beforeAll, expect, inject, test, vi } from "vitest";
import { z } from "zod";
import { buildProgram } from "../../cli/program.ts";
import { typedExecution, typedSettings } from "../../cli/settings-options.ts";
import { Random } from "../../engine/base/random.ts";
import { commandLine } from "../../engine/choices/command.ts";
import { executionSchema } from "../../engine/choices/execution.ts";
import { isArgument, leavesOf, unwrapped } from "../../engine/choices/option.ts";
import { pruneSettings, type PruneSettings } from "../../engine/choices/prune.ts";
import { VERB_ROWS } from "../../engine/contract/verbs.ts";
import { formatCircuit } from "../../engine/circuit/circuit-file.ts";
import { pruneTask } from "../../engine/session/prune-task.ts";

vi.setConfig({ testTimeout: 300_000 });

/** Texts that a shell, an option parser or a list could take for something else. */
const TEXTS = [
  "tasks/ioi.yaml",
  "my task's.yaml",
  "-x.yaml",
  "--model",
  "a,b.json",
  '"$HOME" `id`',
  "关系.json",
  "S1+1",
  "end-1",
  "http://127.0.0.1:8080/v1",
];
const UNIT_IDS = ["a0.h1", "a12.h3", "m0", "m2.n17"];

function sampled(schema: z.ZodType, random: Random): unknown {
  const inside = unwrapped(schema);
  if (inside !== schema && random.uniform() < 0.4) return undefined;
  if (inside instanceof z.ZodObject) {
    const entries = Object.entries(inside.shape as Record<string, z.ZodType>).map(([key, own]) => [
      key,
      sampled(own, random),
    ]);
    const given = entries.filter(([, value]) => value !== undefined);
    return given.length === 0 ? undefined : Object.fromEntries(given);
  }
  if (inside instanceof z.ZodArray) {
    const length = 1 + random.below(3);
    return Array.from({ length }, () => sampled(inside.element as z.ZodType, random));
  }
  if (inside instanceof z.ZodUnion) return sampled(random.pick(inside.options as z.ZodType[]), random);
  if (inside instanceof z.ZodEnum) return random.pick(inside.options as string[]);
  if (inside instanceof z.ZodBoolean) return random.uniform() < 0.5;
  if (inside instanceof z.ZodLiteral) return inside.value;
  if (inside instanceof z.ZodString) {
    return random.pick([...TEXTS, ...UNIT_IDS].filter((text) => inside.safeParse(text).success));
  }
  if (inside instanceof z.ZodNumber) {
    const [least, most] = [inside.minValue!, inside.maxValue!];
    const numbers = [least, most, Math.min(most, 1), 0.125, random.uniform() * 10, -0.5, least + random.below(100)];
    return random.pick(numbers.filter((value) => inside.safeParse(value).success));
  }
  throw new Error(`no samples of ${inside.type}`);
}

/** The words of each line, as a shell parts them. */
function shellWords(lines: readonly string[]): string[][] {
  const script = lines.map((line) => `printf '%s\\0' ${line}; printf '\\0'`).join("\n");
  const { stdout, status } = spawnSync("sh", ["-s"], { input: script, encoding: "utf8" });
  expect(status).toBe(0);
  return stdout
    .split("\0\0")
    .slice(0, -1)
    .map((words) => words.split("\0"));
}

const program = await buildProgram();

/** Tells what the program understands of the arguments that it is given; each line is parsed as if it were the first. */
function listener(name: string, schema: z.ZodType) {
  const command = name
    .split(" ")
    .reduce<Command>((group, word) => group.commands.find((own) => own.name() === word)!, program);
  let found: { settings?: unknown; execution?: unknown } = {};
  command.action((...args: unknown[]) => {
    const own = args.at(-1) as Command;
    const takesArgument = leavesOf(schema).some(({ words }) => isArgument(words));
    found = {
      settings: typedSettings(schema, own, takesArgument ? (args[0] as string | string[]) : undefined),
      execution: typedExecution(own),
    };
  });
  return async (words: readonly string[]) => {
    found = {};
    await program.parseAsync(words, { from: "user" });
    return found;
  };
}

test.each(Object.entries(VERB_ROWS))(
  "secateur %s: 100 choices of settings come back from their line",
  async (name, { settings: schema }) => {
    const random = Random.seeded(20, name);
    const samples = Array.from({ length: 100 }, () => ({
      settings: schema.parse(sampled(schema, random) ?? {}),
      execution: executionSchema.parse(sampled(executionSchema, random) ?? {}),
    }));
    const lines = samples.map(({ settings, execution }) =>
      commandLine({ name, settings: schema as z.ZodType }, settings, execution),
    );
    const understood = listener(name, schema);
    for (const [i, [first, ...words]] of shellWords(lines).entries()) {
      expect(first).toBe("secateur");
      expect(await understood(words), lines[i]).toEqual(samples[i]);
    }
  },
);

test("every setting of these commands has words, in whole sentences", () => {
  for (const { settings: schema } of Object.values(VERB_ROWS)) {
    for (const { words } of leavesOf(schema)) expect(words.help).toMatch(/^\p{Lu}.*\.$/u);
    const named = new Set(leavesOf(schema).map(({ path }) => path[0]));
    expect([...named].sort()).toEqual(Object.keys(schema.shape).sort());
  }
});

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "secateur-record-"))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each<[string, Partial<PruneSettings>]>([
  [
    "means over clean prompts, layer by layer",
    { ablation: "mean", reference: "clean", perPosition: false, order: "layerwise", orders: 1, swaps: 2, seed: 3 },
  ],
  [
    "another corruption, from learned masks",
    { corruption: "swap", start: "learned-masks", maskSteps: 5, maskTarget: 12, criterion: "difference-only" },
  ],
  ["a matryoshka order to start from", { start: "matryoshka", maskSteps: 5, criterion: "difference-only" }],
  [
    "units kept and gone, parts left out",
    { units: ["head", "mlp"], keep: ["a0.h0"], without: ["a3.h7", "m3"], maxPasses: 1, threshold: 0.8, parts: false },
  ],
])("a run with %s is made again from its record, to the same bytes but for the environment", async (_name, choice) => {
  const settings = pruneSettings.parse({
    task: "tasks/ioi.yaml",
    examples: { discovery: 4, heldOut: 4, validation: 4 },
    random: 2,
    ...choice,
  });
  const { circuit } = await pruneTask(settings, { execution: { threads: 1 } });
  const out = join(folder, "again.circuit.json");
  const script = `secateur() { "${process.execPath}" "${inject("commandLine")}" "$@"; }; ${circuit.environment!.command}`;
  const run = spawnSync("sh", ["-c", `${script} --out ${out} --quiet`], {
    encoding: "utf8",
    env: { ...process.env, SECATEUR_HOME: folder },
  });
  expect(run).toMatchObject({ status: 0, stderr: "" });
  const bytes = (text: string) => text.slice(0, text.indexOf('"environment"'));
  expect(bytes(readFileSync(out, "utf8"))).toBe(bytes(formatCircuit(circuit)));
});
