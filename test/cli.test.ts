// The command line from outside: exit codes, sentences, and what goes to which stream.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, suite, test, vi } from "vitest";
import type { Circuit, TransferRow } from "../engine/circuit/circuit-schema.ts";

// A process each: slow where the machine is busy.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "secateur-test-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const PROGRAM = [inject("commandLine")];
const environment = () => ({ ...process.env, SECATEUR_HOME: folder, NO_COLOR: "1" });

function secateur(...args: string[]) {
  const run = spawnSync(process.execPath, [...PROGRAM, ...args], { encoding: "utf8", env: environment() });
  return { code: run.status, out: run.stdout, err: run.stderr };
}

/** Whatever a figure is, the way to it is the same. */
const FEW = ["--examples", "4", "--held-out", "4"];
/** Nothing is said of a circuit beyond what it is. */
const ONLY_SEARCH = ["--random", "0", "--no-parts", "--no-roles", "--no-connections"];

test.each([
  [["prun"], 2, "unknown command 'prun'"],
  [["prune", "tasks/ioi.yaml", "--tresh", "1"], 2, "unknown option '--tresh'"],
  [["prune", "tasks/ioi.yaml", "--threshold", "2"], 2, "Give a number above 0, at most 1"],
  [
    ["prune", "tasks/ioi.yaml", "--units", "legs"],
    2,
    '"legs": That is no kind of unit; choose among heads, mlps, neurons, features, errors.',
  ],
  [
    ["prune", "tasks/ioi.yaml", "--start", "matryoshka", "--mask-target", "5"],
    2,
    "A matryoshka order is trained for every number of units at once and has no target; leave --mask-target out.",
  ],
  [
    ["prune", "tasks/ioi.yaml", "--start", "matryoshka", "--without", "a0.h0"],
    2,
    "A learned order chooses what is ablated before the search; begin with the full model, or name no units.",
  ],
  [["prune", "tasks/absent.yaml"], 2, "tasks/absent.yaml: there is no such task file"],
  [["prune"], 2, "prune needs a task file"],
  [["prune", "tasks/ioi.yaml", "--model", "no/such-model"], 3, "no/such-model"],
  [["prune", "--resume", "never-started"], 2, "no such run journal"],
  [["inspect", "absent.circuit.json"], 2, "absent.circuit.json: there is no such file"],
] as const)("%j ends with %i and a sentence", (args, code, sentence) => {
  const run = secateur(...args);
  expect({ code: run.code, out: run.out }).toEqual({ code, out: "" });
  expect(run.err).toContain(sentence);
  expect(run.err).not.toMatch(/\n\s+at /);
});

test("a task that the model cannot do ends with 4 before any pruning, and nothing is written", () => {
  const task = join(folder, "nonsense.yaml");
  const prompt = (a: string, b: string) =>
    `  - { clean: "${a} is", corrupt: "${b} is", answers: [" ring"], wrong_answers: [" book"] }`;
  const names = ["Mary", "John", "Anna", "Paul", "Jane", "Mark", "Kate", "Jack"];
  const pairs = names.map((name, i) => prompt(name, names[(i + 1) % names.length]));
  writeFileSync(task, `kind: contrast\nsplit: { discovery: 4, heldOut: 4 }\nprompts:\n${pairs.join("\n")}\n`);
  const out = join(folder, "nonsense.circuit.json");
  const run = secateur("prune", task, "--out", out);
  expect(run.code).toBe(4);
  expect(existsSync(out)).toBe(false);
});

test("score --edges names every edge of the model, and of each what cutting it would change", () => {
  const { code, out } = secateur("score", "tasks/ioi.yaml", "--edges", ...FEW, "--json");
  expect(code).toBe(0);
  const scores = JSON.parse(out) as Record<string, number>;
  // 4 layers of 8 heads: each of 24 head inputs and the MLP of a layer from the nodes before it, and the logits from all.
  const into = [0, 1, 2, 3].map((layer) => 24 * (1 + 9 * layer) + (1 + 9 * layer + 8));
  expect(Object.keys(scores)).toHaveLength(into.reduce((sum, n) => sum + n, 0) + 37);
  expect(Object.values(scores).every(Number.isFinite)).toBe(true);
});

test("edges by conductance are measured by size; another ablation than resample is refused with what to do", () => {
  const asked = ["edges", "tasks/ioi.yaml", "--method", "conductance", "--steps", "3", ...FEW];
  const { code, out } = secateur(...asked, "--json");
  expect(code).toBe(0);
  const { total, curve } = JSON.parse(out) as { total: number; curve: { edges: number; faithfulness: number }[] };
  expect(total).toBe(1519);
  expect(curve.at(-1)).toMatchObject({ edges: 1519, faithfulness: 1 });
  expect(secateur(...asked, "--ablation", "mean")).toMatchObject({
    code: 2,
    err: expect.stringContaining("choose --ablation resample, or --method integrated-gradients.") as string,
  });
});

test("scores by position stand beside the whole", () => {
  const { code, out } = secateur(
    ...["score", "tasks/ioi.yaml", ...FEW, "--json"],
    ...["--positions", "S2,END", "--method", "clean-corrupted"],
  );
  expect(code).toBe(0);
  const scores = JSON.parse(out) as Record<string, Record<string, number>>;
  expect(Object.keys(scores["a0.h6"]!)).toEqual(["score", "S2", "END"]);
});

test("information flow scores edges alone", () => {
  const { code, err } = secateur("score", "tasks/ioi.yaml", "--method", "information-flow");
  expect([code, err]).toEqual([
    2,
    "error: information-flow scores edges alone; add --edges, or choose another method.\n",
  ]);
});

test("a search that starts from learned masks ends 1-minimal, says where it began, and can be repeated to the byte", () => {
  const home = mkdtempSync(join(tmpdir(), "secateur-masks-"));
  const circuitOf = (name: string) => {
    const out = join(home, name);
    const little = [...FEW, "--confidence", "0", ...ONLY_SEARCH, "--quiet"];
    const start = ["--start", "learned-masks", "--mask-steps", "15"];
    expect(secateur("prune", "tasks/ioi.yaml", ...start, ...little, "--out", out).code).toBe(0);
    return { ...(JSON.parse(readFileSync(out, "utf8")) as Circuit), environment: undefined };
  };
  const circuit = circuitOf("a.circuit.json");
  expect(circuitOf("b.circuit.json")).toEqual(circuit);
  const { start, oneMinimal, without, trajectory } = circuit.search;
  expect(start).toEqual({ method: "learned masks", steps: 15, target: 8, examples: 4, kept: 32 - without!.length });
  expect(oneMinimal).toBe(true);
  expect(trajectory.at(-1)!.kept).toBeLessThanOrEqual(start!.kept);
  expect(circuit.kept.heads!.some((head) => without!.includes(head))).toBe(false);
});

test("curves go from nothing to everything for every order, beside both searches", () => {
  const orderings = ["--orderings", "effects,random,learned-masks,matryoshka", "--mask-steps", "5"];
  const { code, out } = secateur("curves", "tasks/ioi.yaml", ...FEW, ...orderings, "--json");
  expect(code).toBe(0);
  const { curves, searches, units } = JSON.parse(out) as {
    units: number;
    curves: { ordering: string; points: { kept: number; faithfulness: number }[]; smallest: number }[];
    searches: { search: string; kept: number }[];
  };
  expect(curves.map(({ ordering }) => ordering)).toEqual(["effects", "random", "learned-masks", "matryoshka"]);
  for (const { points } of curves) {
    expect(points.map(({ kept }) => kept)).toEqual(Array.from({ length: units + 1 }, (_, i) => i));
    expect([points[0]!.faithfulness, points.at(-1)!.faithfulness]).toEqual([
      expect.closeTo(0, 5),
      expect.closeTo(1, 5),
    ]);
  }
  expect(searches.map(({ search }) => search)).toEqual(["greedy", "masks"]);
  expect(curves[0]!.smallest).toBeLessThan(curves[1]!.smallest);
});

describe("statistics of one circuit", () => {
  // On fewer held-out examples the seeds that follow would find the full model and the empty circuit within the noise of each other.
  const sizes = ["--examples", "8", "--held-out", "16", "--validation", "16"];
  let file: string;
  const content = () => JSON.parse(readFileSync(file, "utf8")) as Circuit;
  beforeAll(() => {
    file = join(mkdtempSync(join(tmpdir(), "secateur-statistics-")), "ioi.circuit.json");
    secateur("prune", "tasks/ioi.yaml", ...sizes, ...ONLY_SEARCH, "--orders", "1", "--out", file, "--quiet");
  });

  test("no random circuits and no parts were asked for, and there are none", () => {
    const { random, completeness, minimality } = content().results!;
    expect([random, completeness, minimality]).toEqual([undefined, undefined, undefined]);
  });

  test("on its own task and on another: faithful there, not here, each ablation named; the file stays as it is", () => {
    const before = readFileSync(file, "utf8");
    const tasks = "tasks/ioi.yaml,tasks/pronoun.yaml";
    const { code, out } = secateur("transfer", file, "--tasks", tasks, ...sizes, "--json");
    expect(code).toBe(0);
    const cells = JSON.parse(out) as (TransferRow & { foundWith: string })[];
    expect(cells.map(({ task, foundWith, ablation }) => [task, foundWith, ablation.kind])).toEqual([
      ["ioi", "resample (paired corrupt prompt)", "resample"],
      ["pronoun", "resample (paired corrupt prompt)", "resample"],
    ]);
    expect(cells[0]!.figures!.faithfulness).toBeGreaterThan(0.8);
    expect(cells[1]!.figures!.faithfulness).toBeLessThan(0.5);
    expect(readFileSync(file, "utf8")).toBe(before);
  });

  test("transfer --write keeps what another ablation and a task without its words gave, and goes on after that", () => {
    const unknown = join(folder, "unknown.yaml");
    const pair = `{ clean: "Zyx is", corrupt: "Xyz is", answers: [" qwv"], wrong_answers: [" vwq"] }`;
    writeFileSync(unknown, `kind: contrast\nsplit: { discovery: 1, heldOut: 0 }\nprompts:\n  - ${pair}\n`);
    const tasks = `${unknown},tasks/pronoun.yaml`;
    const options = ["--tasks", tasks, "--held-out", "16", "--ablation", "mean", "--seed", "5", "--write"];
    const { code, out, err } = secateur("transfer", file, ...options);
    expect([code, err]).toEqual([0, expect.stringContaining(`wrote the figures into ${file}`) as string]);
    expect(out).toContain("found with resample (paired corrupt prompt)");
    const [failed, measured] = content().results!.transfer!;
    expect(failed).toMatchObject({ task: "unknown", seed: 5, ablation: { kind: "mean" } });
    expect(failed!.failure).toMatch(/^unknown\.yaml:4: prompt 1: answer " qwv" is \d tokens/);
    expect(measured).toMatchObject({ task: "pronoun", seed: 5, ablation: { kind: "mean" }, split: "heldOut" });
    expect(content().task.ablation.kind).toBe("resample");
    expect(secateur("inspect", file).out).toContain("on other tasks");
  });

  test("stability --circuit searches as the file says, with the seeds that follow, and writes the figures into it", () => {
    const { task, results } = content();
    const { seed } = task;
    const { code, err } = secateur("stability", "tasks/ioi.yaml", "--circuit", file, "--runs", "2", "--sizes", "8,6");
    expect([code, err]).toEqual([0, expect.stringContaining(`wrote the figures into ${file}`) as string]);
    const { stability, transfer } = content().results!;
    expect(stability).toMatchObject({
      seeds: [seed + 1, seed + 2],
      searched: { units: ["head"], criterion: "match", threshold: 0.9, ablation: "resample" },
      heldOut: 16,
    });
    expect(stability!.rows.map(({ discovery }) => discovery)).toEqual([6, 8]);
    for (const { jaccardWithCircuit } of stability!.rows) expect(jaccardWithCircuit!.least).toBeGreaterThan(0.3);
    expect(transfer).toEqual(results!.transfer);
    const shown = secateur("inspect", file).out;
    expect(shown).toContain("searched again 2 times for each number of examples: criterion match at 0.9");
    expect(secateur("evaluate", "tasks/ioi.yaml", "--circuit", file, "--random", "0", "--no-parts").code).toBe(0);
  });

  test("another task's searches say nothing of a circuit, and are refused before they begin", () => {
    const { code, err } = secateur("stability", "tasks/pronoun.yaml", "--circuit", file);
    expect([code, err]).toEqual([2, expect.stringContaining("was found with another task file (ioi.yaml)") as string]);
  });

  test("evaluate names the ablation that it measures with, and the one that the circuit was found with", () => {
    const options = ["--circuit", file, "--ablation", "zero", "--random", "0", "--no-parts"];
    const { out } = secateur("evaluate", "tasks/ioi.yaml", ...options);
    expect(out.split("\n")[0]).toBe(
      "ioi on sprig, measured with zero (zero), found with resample (paired corrupt prompt)",
    );
  });
});

test("a graph of edges that was written is measured to the same figure when it is read, in either sign convention", () => {
  const task = ["edges", "tasks/ioi.yaml", ...FEW, "--json", "--signs", "helpful-negative"];
  const file = join(mkdtempSync(join(tmpdir(), "secateur-edges-")), "ioi.eap-ig.json");
  const made = secateur(...task, "--method", "integrated-gradients", "--steps", "2", "--prune", "--out", file);
  const read = secateur(...task, "--graph", file);
  const { circuit, areas } = JSON.parse(made.out) as {
    circuit: { edges: string[]; faithfulness: number };
    areas: object;
  };
  const again = JSON.parse(read.out) as { given: { edges: string[]; faithfulness: number }; areas: object };
  expect([...again.given.edges].sort()).toEqual([...circuit.edges].sort());
  expect([again.given.faithfulness, again.areas]).toEqual([circuit.faithfulness, areas]);
});

test("edges measures circuits of edges up to the whole model, and prunes the smallest that is faithful", () => {
  const { code, out } = secateur("edges", "tasks/ioi.yaml", ...FEW, "--prune", "--json");
  expect(code).toBe(0);
  const { total, curve, circuit } = JSON.parse(out) as {
    total: number;
    curve: { fraction: number; faithfulness: number; holds: boolean }[];
    circuit: { edges: string[]; from: number; faithfulness: number };
  };
  expect([total, curve.length]).toEqual([1519, 10]);
  expect(curve.at(-1)).toMatchObject({ fraction: 1, holds: true, faithfulness: expect.closeTo(1, 5) as number });
  expect(circuit.edges.length).toBeLessThan(circuit.from);
  expect(circuit.faithfulness).toBeGreaterThanOrEqual(0.9);
  expect(circuit.edges.some((edge) => edge.endsWith("->logits"))).toBe(true);
});

test("stability needs held-out examples, and says so", () => {
  const { code, err } = secateur("stability", "tasks/ioi.yaml", "--held-out", "0");
  expect([code, err]).toEqual([2, expect.stringContaining("ask for some with --held-out") as string]);
});

test("stability searches again on other examples, says how alike the circuits are, and goes on where it was cut short", () => {
  const sizes = ["--runs", "2", "--sizes", "4,3", "--held-out", "4", "--validation", "8", "--orders", "1"];
  const { code, out } = secateur("stability", "tasks/ioi.yaml", ...sizes, "--json");
  expect(code).toBe(0);
  const { rows } = JSON.parse(out) as {
    rows: { discovery: number; kept: number[]; heldOut: number[]; holds: number; jaccard: { least: number } }[];
  };
  expect(rows.map(({ discovery, kept, heldOut }) => [discovery, kept.length, heldOut.length])).toEqual([
    [3, 2, 2],
    [4, 2, 2],
  ]);
  for (const { jaccard, holds } of rows) {
    expect(jaccard.least).toBeGreaterThan(0);
    expect([0, 0.5, 1]).toContain(holds);
  }
  const names = readdirSync(join(folder, "runs")).filter((file) => file.startsWith("ioi-stability"));
  const run = names.sort().at(-1)!.replace(".jsonl", "");
  const journal = join(folder, "runs", `${run}.jsonl`);
  const lines = readFileSync(journal, "utf8").split("\n");
  writeFileSync(journal, lines.slice(0, lines.length / 2).join("\n"));
  expect(secateur("stability", "--resume", run, "--json")).toEqual({ code: 0, out, err: "" });
  expect(readFileSync(journal, "utf8").split("\n")).toEqual(lines);
  const mixed = secateur("stability", "--resume", run, "--runs", "3");
  expect([mixed.code, mixed.err]).toEqual([2, expect.stringContaining("leave out --runs") as string]);
});

test("tasks show prints one example a line, with ids and positions", () => {
  const run = secateur("tasks", "show", "tasks/ioi.yaml", "--examples", "3", "--held-out", "2", "--jsonl");
  const examples = run.out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(examples.map(({ index, split }) => `${String(index)} ${String(split)}`)).toEqual([
    "0 discovery",
    "1 discovery",
    "2 discovery",
    "3 heldOut",
    "4 heldOut",
  ]);
  expect(Object.keys(examples[0])).toEqual([
    "index",
    "split",
    "clean",
    "corrupt",
    "answers",
    "wrongAnswers",
    "positions",
  ]);
  expect(Object.keys(examples[0].positions as object)).toEqual(expect.arrayContaining(["IO", "S1", "S2", "END"]));
});

// Few examples and no search beyond the first order: the figures are small ones, the path is the whole one.
const SMALL = [
  ...["--examples", "8", "--held-out", "8", "--validation", "8"],
  ...["--random", "3", "--orders", "1", "--swaps", "0"],
];

suite("from a task to a circuit and on", () => {
  const file = (name: string) => join(folder, name);

  beforeAll(() => {
    const run = secateur("prune", "tasks/ioi.yaml", ...SMALL, "--out", file("ioi.circuit.json"), "--json");
    expect(run.code).toBe(0);
    expect(run.out).toBe(readFileSync(file("ioi.circuit.json"), "utf8"));
  });

  test("evaluate measures again what the file says, to the last digit", () => {
    const run = secateur(
      "evaluate",
      "tasks/ioi.yaml",
      "--circuit",
      file("ioi.circuit.json"),
      "--random",
      "3",
      "--json",
    );
    const { results, recorded } = JSON.parse(run.out) as { results: unknown; recorded: unknown };
    expect(results).toEqual(recorded);
    expect(recorded).toEqual(circuitOf("ioi.circuit.json").results);
  });

  test("inspect draws the heads layer by layer and names every kept one", () => {
    const { code, out } = secateur("inspect", file("ioi.circuit.json"));
    const heads = circuitOf("ioi.circuit.json").kept.heads!;
    const rows = out.split("\n").filter((line) => /^ {2}\d {2}[●· ]+$/.test(line));
    const drawn = rows.flatMap((row) =>
      [...row.slice(5).replaceAll(" ", "")].flatMap((mark, head) => (mark === "●" ? [`a${row[2]}.h${head}`] : [])),
    );
    expect(code).toBe(0);
    expect(rows).toHaveLength(4);
    expect(drawn.sort()).toEqual([...heads].sort());
    for (const head of heads) expect(out).toMatch(new RegExp(`^${head} +\\S`, "m"));
  });

  test("compare with itself differs in nothing", () => {
    const { code, out } = secateur("compare", file("ioi.circuit.json"), file("ioi.circuit.json"), "--json");
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ kinds: [{ kind: "head", onlyA: [], onlyB: [], jaccard: 1 }] });
  });

  test("a graph exported for EAP-IG is evaluated to the same faithfulness", () => {
    const graph = file("ioi.graph.json");
    expect(secateur("export", file("ioi.circuit.json"), "--format", "eap-ig", "--out", graph).code).toBe(0);
    const counts = ["--model", "sprig", "--examples", "8", "--held-out", "8", "--random", "0"];
    const run = secateur("evaluate", "tasks/ioi.yaml", "--circuit", graph, ...counts, "--json");
    const { results } = JSON.parse(run.out) as { results: { heldOut: unknown } };
    expect(results.heldOut).toEqual(circuitOf("ioi.circuit.json").results!.heldOut);
  });

  test("validate says of each file whether it is fine, and which is not", () => {
    writeFileSync(
      file("broken.circuit.json"),
      readFileSync(file("ioi.circuit.json"), "utf8").replace('"version": 2', '"version": 9'),
    );
    const run = secateur("validate", file("ioi.circuit.json"), "tasks/ioi.yaml", file("broken.circuit.json"), "--json");
    const findings = JSON.parse(run.out) as { valid: boolean; message: string }[];
    expect([run.code, ...findings.map(({ valid }) => valid)]).toEqual([2, true, true, false]);
    expect(findings[2].message).toContain("broken.circuit.json: version");
  });

  function circuitOf(name: string): Circuit {
    return JSON.parse(readFileSync(file(name), "utf8")) as Circuit;
  }
});

const journals = () => readdirSync(join(folder, "runs"));

/** Runs the command and sends a signal once it has printed so many lines of events. */
function interrupted(signal: NodeJS.Signals, lines: number, args: readonly string[]): Promise<number | null> {
  const child = spawn(process.execPath, [...PROGRAM, ...args], { env: environment() });
  let seen = 0;
  child.stdout.on("data", (data: Buffer) => {
    seen += data.toString().split("\n").length - 1;
    if (seen >= lines) child.kill(signal);
  });
  return new Promise((done) => child.on("close", done));
}

test.each([
  ["SIGINT", 30, 130],
  ["SIGKILL", 3, null],
  ["SIGKILL", 50, null],
] as const)(
  "after %s at event %i a resumed run writes the bytes of one that was never stopped",
  async (signal, at, code) => {
    const out = join(folder, `${signal}-${at}.json`);
    const args = ["prune", "tasks/ioi.yaml", ...SMALL, "--out", out, "--jsonl"];
    const before = new Set(journals());
    expect(await interrupted(signal, at, args)).toBe(code);
    expect(existsSync(out)).toBe(false);
    const [journal] = journals().filter((name) => !before.has(name));
    expect(secateur("prune", "--resume", journal!.replace(/\.jsonl$/, ""), "--out", out, "--quiet").code).toBe(0);
    const withoutEnvironment = (file: string) => ({
      ...(JSON.parse(readFileSync(file, "utf8")) as Circuit),
      environment: undefined,
    });
    expect(withoutEnvironment(out)).toEqual(withoutEnvironment(join(folder, "ioi.circuit.json")));
  },
);
