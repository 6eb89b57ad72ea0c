// Laws of fast paths: each way of changing a run gives what the plain run of its plan gives, in float64.
import { afterAll, describe, expect, test } from "vitest";
import type { Ablation } from "../../engine/activations/ablation.ts";
import { differentiatePlans } from "../../engine/activations/differentiate-plan.ts";
import { Executor } from "../../engine/activations/executor.ts";
import type { Change, Plan, PlannedChange, Reading, Value } from "../../engine/activations/plan.ts";
import { runPlan, runPlans } from "../../engine/activations/run-plan.ts";
import type { Spliced } from "../../engine/activations/spliced.ts";
import { Random } from "../../engine/base/random.ts";
import type { formatEdge } from "../../engine/circuit/edge.ts";
import { formatNode, type Node, parseNode } from "../../engine/circuit/node.ts";
import { edgeTable, type Slot, slotIndex, sourceIndex, type Topology } from "../../engine/circuit/topology.ts";
import { featureUnit, type Unit } from "../../engine/circuit/unit.ts";
import { UnitSpace } from "../../engine/circuit/unit-set.ts";
import { Evaluator, mean } from "../../engine/evaluate/evaluator.ts";
import { MetricReader } from "../../engine/evaluate/metric-reader.ts";
import type { ModelConfig } from "../../engine/model/model.ts";
import { activationPatching } from "../../engine/score/activation-patching.ts";
import { measureConnections } from "../../engine/score/connections.ts";
import { EdgeCircuits } from "../../engine/score/edge-circuit.ts";
import { type Gates, openGates } from "../../engine/score/gated-pass.ts";
import { GatedRuns } from "../../engine/score/gated-runs.ts";
import type { Example } from "../../engine/task/example.ts";
import { promptOf } from "../../engine/task/prompt.ts";
import { type Site, sites } from "../../engine/transformer/sites.ts";
import { placeOfUnit, plannedValue, readyAblation, TRIED_ABLATIONS } from "../plain-ablations.ts";
import { dictionaryName, engineDictionary, randomDictionaries } from "../random-plan.ts";
import { GATED, PARALLEL, PLAIN, randomExamples, randomModel, VARIED } from "../random-model.ts";

const metric = "logit-difference" as const;
const resample = { kind: "resample", reference: "paired", perPosition: false } as const;
const disposables: { dispose(): Promise<unknown> }[] = [];
afterAll(() => Promise.all(disposables.map((each) => each.dispose())));

const MODELS = [
  ["GPT-2's form", PLAIN],
  ["Llama's form", GATED],
  ["GPT-NeoX's form", PARALLEL],
  ["layers that differ", VARIED],
] as const;

function setUp(config: ModelConfig) {
  const executor = new Executor(randomModel(config, 9), { threads: 1, precision: "float64" });
  disposables.push(executor);
  return { executor, examples: randomExamples(config, [6, 8, 6], 9, 3) };
}

/** Worlds of one plan over all examples: the clean prompts, then the corrupt ones. */
const worldsOf = (examples: readonly Example[]) =>
  (["clean", "corrupt"] as const).flatMap((which) => examples.map((example) => promptOf(example, which)));

/** The logits that the logit difference is made of. */
const answersOf = (examples: readonly Example[]): Reading[] =>
  examples.map(({ answers, wrongAnswers }, world) => ({
    world,
    site: "logits",
    at: "end",
    units: [answers[0], wrongAnswers[0]],
  }));

const differences = (read: readonly { readonly rows: readonly ArrayLike<number>[] }[]): number[] =>
  read.map(({ rows: [row] }) => row[0] - row[1]);

/** Every unit that is removed is set to what its ablation gives, on every example. */
async function ablatedChanges(
  config: ModelConfig,
  examples: readonly Example[],
  removed: readonly Unit[],
  ablation: Ablation,
): Promise<PlannedChange[]> {
  const changes: PlannedChange[] = [];
  for (const world of examples.keys()) {
    for (const unit of removed) {
      const { site, units } = placeOfUnit(unit);
      const where = { site, layer: unit.layer, units, at: "all" } as const;
      changes.push({
        world,
        where,
        change: { op: "set", to: await plannedValue(config, examples, world, unit, ablation) },
      });
    }
  }
  return changes;
}

describe.each(MODELS)("%s", (_, config) => {
  const { executor, examples } = setUp(config);
  const [worlds, read] = [worldsOf(examples), answersOf(examples)];

  test.each(TRIED_ABLATIONS)("a circuit is a plan that sets what it lacks (1e-9), %s", async (_, choice) => {
    const ablation = readyAblation(choice, config);
    const space = new UnitSpace(config, ["head", "mlp", "neuron"]);
    const evaluator = await Evaluator.create(executor, examples, { metric, ablation, space });
    const units = space.full().units();
    const unchanged = examples.map((example) => promptOf(example, "clean"));
    const random = Random.seeded(4, ablation.kind);
    for (const count of [1, 8, 30]) {
      const removed = random.sample(units, count);
      const kept = space.full().without(removed);
      const changes = await ablatedChanges(config, examples, removed, ablation);
      const outcome = await runPlan(executor, { worlds: [...worlds, ...unchanged], changes, read });
      const measured = await evaluator.measure(kept);
      differences(outcome.read).forEach((value, e) => expect(value).toBeCloseTo(measured.metric[e], 9));
    }
  });

  describe("features and errors of dictionaries on the stream and on an MLP", () => {
    const dictionaries = new Map(
      [...randomDictionaries(config)].map(([name, dictionary]) => [name, engineDictionary(dictionary)]),
    );
    const name = dictionaryName(config.dModel);
    const dictionary = dictionaries.get(name)!;
    const spliced: Spliced[] = [
      { layer: 0, site: "residPost", dictionary },
      { layer: 1, site: "mlpOut", dictionary },
    ];
    const sizes = { ...config, dictionaries: spliced.map(({ layer }) => ({ layer, features: dictionary.features })) };
    const space = new UnitSpace(sizes, ["head", "feature", "error"]);
    const evaluatorOf = (ablation: Ablation) =>
      Evaluator.create(executor, examples, { metric, ablation, space, spliced });
    const here = [
      { site: "residPost", layer: 0 },
      { site: "mlpOut", layer: 1 },
    ] as const;
    const everywhere = (change: (e: number) => Change): PlannedChange[] =>
      [...examples.keys()].flatMap((world) =>
        here.map((place) => ({ world, where: { ...place, at: "all" }, change: change(world) })),
      );
    const planned = async (changes: PlannedChange[]) =>
      differences((await runPlan(executor, { worlds, changes, read }, { resources: { dictionaries } })).read);
    const of = (kind: "feature" | "error") => space.full().units(kind);

    test("with none of them removed the model is to the bit what it was", async () => {
      const evaluator = await evaluatorOf(resample);
      const plain = await Evaluator.create(executor, examples, {
        metric,
        ablation: resample,
        space: new UnitSpace(config, ["head"]),
      });
      const [laid, bare] = [await evaluator.measure(space.full()), await plain.measure(plain.space.full())];
      expect(laid.metric).toEqual(bare.metric);
    });

    test.each([
      ["resample", resample, (e: number): Value => ({ world: examples.length + e })],
      [
        "mean",
        { kind: "mean", reference: "corrupt", perPosition: false } as const,
        (): Value => ({ mean: { worlds: examples.map((_, e) => examples.length + e) } }),
      ],
    ] as const)("with all of them removed the sites are ablated (1e-9), %s", async (_kind, ablation, to) => {
      const evaluator = await evaluatorOf(ablation);
      const measured = await evaluator.measure(space.full().without([...of("feature"), ...of("error")]));
      const expected = await planned(everywhere((e) => ({ op: "set", to: to(e) })));
      expected.forEach((value, e) => expect(measured.metric[e]).toBeCloseTo(value, 9));
    });

    test.each([
      ["kept", []],
      ["dropped", of("error")],
    ] as const)(
      "under zero ablation removed features are edits of a plan through the dictionary, the error %s (1e-9)",
      async (error, errors) => {
        const evaluator = await evaluatorOf({ ...resample, kind: "zero" });
        const removed = [0, 2].flatMap((feature) => spliced.map(({ layer }) => featureUnit(layer, feature)));
        const kept = space.full().without([...removed, ...errors]);
        const edits = [0, 2].map((feature) => ({ feature, op: "set", by: 0 }) as const);
        const expected = await planned(everywhere(() => ({ op: "through", dictionary: name, edits, error })));
        const measured = await evaluator.measure(kept);
        expected.forEach((value, e) => expect(measured.metric[e]).toBeCloseTo(value, 9));
        // From a run of the whole model, as a search measures it.
        const state = await evaluator.start(space.full());
        expect(await evaluator.alternatives(state, [kept, space.full()])).toEqual(
          [measured.metric, (await evaluator.measure(space.full())).metric].map((values) =>
            expect.closeTo(mean(values), 9),
          ),
        );
      },
    );
  });

  test.each(sites)("patching at %s is a plan with one change (1e-6, effects are float32)", async (site) => {
    const places = [
      { layer: 1, position: "S" },
      { layer: 2, position: "END" },
    ] as const;
    const patched = await activationPatching(executor, examples, {
      direction: "noising",
      site,
      by: "position",
      ablation: resample,
      metric,
      layers: [1, 2],
      positions: ["S", "END"],
    });
    const plans = places.map(({ layer, position }): Plan => {
      const changes = examples.map((_, world): PlannedChange => {
        const value = { world: examples.length + world };
        return { world, where: { site, layer, at: position }, change: { op: "set", to: value } };
      });
      return { worlds, changes, read };
    });
    const outcomes = await runPlans(executor, [{ worlds, changes: [], read }, ...plans]);
    const [base, first, second] = outcomes.map((outcome) => mean(differences(outcome.read)));
    expect(patched.effect.data[0]).toBeCloseTo(first - base, 6);
    expect(patched.effect.data[3]).toBeCloseTo(second - base, 6);
  });

  test("gates are a plan that mixes, and their slopes those of its gates (1e-8)", async () => {
    const runs = await GatedRuns.over(executor, examples, metric, resample);
    disposables.push(runs);
    const random = Random.seeded(3, "gates");
    const gates = openGates(config);
    for (const part of Object.values(gates) as Float64Array[]) part.forEach((_, i) => (part[i] = random.uniform()));
    const { values, changes } = mixingPlan(config, examples, gates);
    const metricOf = await runs.values(gates);
    const full = await runs.values(openGates(config));
    const plan: Plan = { worlds, changes, read };
    const [{ outcome, slopes }] = await differentiatePlans(executor, [plan], {
      // Of the mean squared error of the metric, as `GatedRuns` has it, up to its scale.
      objective: ({ read }) =>
        differences(read).map((value, e) => {
          const weight = (2 * (value - full[e])) / examples.length;
          return [[weight, -weight]];
        }),
      wrt: [],
    });
    differences(outcome.read).forEach((value, e) => expect(value).toBeCloseTo(metricOf[e], 8));
    const fast = await runs.step(gates);
    const error = mean(differences(outcome.read).map((value, e) => (value - full[e]) ** 2));
    const scale = error / fast.error;
    const sums = new Map<string, number>();
    values.forEach((id, c) => sums.set(id, (sums.get(id) ?? 0) + slopes[c]));
    for (const [id, sum] of sums) {
      const [part, i] = id.split(" ");
      expect(fast.slopes[part as keyof Gates][Number(i)] * scale, id).toBeCloseTo(sum, 8);
    }
  });

  // An edge's weight is what cutting it alone does: see `cutting`.
  test("path patching of one edge is a plan with a world for what its receiver reads (1e-9)", async () => {
    const full = new UnitSpace(config, ["head", "mlp"]).full();
    const { edges } = await measureConnections(executor, examples, full, { metric, ablation: resample });
    const chosen = edges.filter((_, i) => i % 9 === 0);
    const plans = chosen.map(({ source, target, input }) => {
      const slot = { target: parseNode(target)!, ...(input && { input }) } as Slot;
      return circuitOfEdges(config, examples[0], [{ slot, cut: [parseNode(source)!] }]);
    });
    const whole = circuitOfEdges(config, examples[0], []);
    const one = [examples[0]];
    const { edges: ofOne } = await measureConnections(executor, one, full, { metric, ablation: resample });
    const outcomes = await runPlans(executor, [whole, ...plans]);
    const [base, ...cut] = outcomes.map((outcome) => differences(outcome.read)[0]);
    chosen.forEach(({ source, target, input }, i) => {
      const edge = ofOne.find((other) => other.source === source && other.target === target && other.input === input)!;
      expect(cut[i] - base, `${source}->${target} ${input ?? ""}`).toBeCloseTo(edge.weight, 9);
    });
  });

  test("a circuit of edges is a plan with a world for what each input reads (1e-9)", async () => {
    const one = [examples[0]];
    const circuits = await EdgeCircuits.over(executor, one, resample);
    disposables.push(circuits);
    const { topology } = circuits;
    const reader = new MetricReader(executor, metric);
    for (const share of [0.95, 0.6]) {
      const random = Random.seeded(6, `edges ${share}`);
      const kept = topology.edges.filter(() => random.uniform() < share);
      const [{ end }] = await circuits.ends(edgeTable(topology, kept));
      const [expected] = await reader.values(end, one);
      const { read } = await runPlan(executor, circuitOfEdges(config, examples[0], cutSlots(topology, kept)));
      expect(differences(read)[0], `${kept.length} of ${topology.edges.length} edges`).toBeCloseTo(expected, 9);
    }
  });
});

/** Mixes what stands at every unit with its corrupt value, and says whose gate each change has. */
function mixingPlan(config: ModelConfig, examples: readonly Example[], gates: Gates) {
  const values: string[] = [];
  const changes: PlannedChange[] = [];
  const mix = (id: string, gate: number, site: Site, layer: number, units?: number[]) =>
    examples.forEach((_, world) => {
      values.push(id);
      const value = { world: examples.length + world };
      changes.push({ world, where: { site, layer, units, at: "all" }, change: { op: "mix", with: value, gate } });
    });
  const { nHeads, dMlp } = config;
  for (let layer = 0; layer < config.nLayers; layer++) {
    for (let head = 0; head < nHeads; head++) {
      mix(`heads ${layer * nHeads + head}`, gates.heads[layer * nHeads + head], "z", layer, [head]);
    }
    for (let n = 0; n < dMlp; n++)
      mix(`neurons ${layer * dMlp + n}`, gates.neurons[layer * dMlp + n], "hidden", layer, [n]);
    mix(`mlps ${layer}`, gates.mlps[layer], "mlpOut", layer);
  }
  return { values, changes };
}

interface CutSlot {
  readonly slot: Slot;
  /** Sources whose ablated output it reads. */
  readonly cut: readonly Node[];
}

function cutSlots(topology: Topology, kept: readonly Parameters<typeof formatEdge>[0][]): CutSlot[] {
  const table = edgeTable(topology, kept);
  return topology.slots.flatMap((slot) => {
    const column = slotIndex(topology.sizes, slot);
    const cut = topology.sourcesOf[column]
      .map((source) => topology.sources[source])
      .filter((source) => !table[sourceIndex(topology.sizes, source) * topology.slots.length + column]);
    return cut.length > 0 ? [{ slot, cut }] : [];
  });
}

/**
 * World 0 is the circuit's run, world 1 the corrupt one. For each input that a source is cut from there is a world that
 * goes along with world 0 up to there and reads the source's ablated output instead of its live one; what it makes of that
 * goes back into world 0. What a head writes is attnOut of a world in which no other head of its layer writes anything.
 */
function circuitOfEdges(config: ModelConfig, example: Example, slots: readonly CutSlot[]): Plan {
  const worlds = [{ ids: example.clean.ids }, { ids: example.corrupt.ids }];
  const changes: PlannedChange[] = [];
  let readFrom = 0;
  const change = (world: number, site: Site, layer: number, change: PlannedChange["change"], units?: number[]) =>
    void changes.push({ world, where: { site, layer, at: "all", ...(units && { units }) }, change });
  const newWorld = () => worlds.push({ ids: example.clean.ids }) - 1;
  const writing = new Map<string, number>();
  const headWorld = (of: number, layer: number, head: number) => {
    const key = `${of}/${layer}/${head}`;
    const known = writing.get(key);
    if (known !== undefined) return known;
    const world = newWorld();
    writing.set(key, world);
    change(world, "z", layer, { op: "set", to: "zero" });
    change(world, "z", layer, { op: "set", to: { world: of, units: [head] } }, [head]);
    return world;
  };
  const written = (source: Node, of: number): Value => {
    if (source.kind === "head") {
      return { world: headWorld(of, source.layer, source.head), site: "attnOut", layer: source.layer };
    }
    if (source.kind === "mlp") return { world: of, site: "mlpOut", layer: source.layer };
    return { world: of, site: "residPre", layer: 0 };
  };
  for (const { slot, cut } of slots) {
    const { target } = slot;
    if (target.kind !== "logits" && target.kind !== "head" && target.kind !== "mlp")
      throw new Error(`${target.kind} reads nothing of its own`);
    const layer = target.kind === "logits" ? config.nLayers - 1 : target.layer;
    const isMlp = target.kind === "mlp" && !config.parallelBlocks;
    const site = target.kind === "logits" ? "residPost" : isMlp ? "residMid" : "residPre";
    const world = newWorld();
    change(world, site, layer, { op: "set", to: { world: 0 } });
    for (const source of cut) {
      change(world, site, layer, { op: "add", what: written(source, 1), scale: 1 });
      change(world, site, layer, { op: "add", what: written(source, 0), scale: -1 });
    }
    if (target.kind === "logits") readFrom = world;
    else if (target.kind === "mlp") change(0, "mlpOut", layer, { op: "set", to: { world } });
    else if (slot.input === "q") change(0, "q", layer, { op: "set", to: { world } }, [target.head]);
    else throughKeys(formatNode(target), slot.input!, layer, target.head, world);
  }
  return { worlds, changes, read: answersOf([example]).map((reading) => ({ ...reading, world: readFrom })) };

  /** Heads that share keys or values read them apart: a head whose key or value input is cut is run in a world of its own. */
  function throughKeys(id: string, input: "k" | "v", layer: number, head: number, read: number): void {
    const known = writing.get(id);
    const own = known ?? newWorld();
    const shared = Math.floor((head * config.nKeyValueHeads) / config.nHeads);
    if (known === undefined) {
      writing.set(id, own);
      change(own, "residPre", layer, { op: "set", to: { world: 0 } });
      change(own, "q", layer, { op: "set", to: { world: 0 } });
      change(0, "z", layer, { op: "set", to: { world: own } }, [head]);
    }
    change(own, input, layer, { op: "set", to: { world: read } }, [shared]);
  }
}
