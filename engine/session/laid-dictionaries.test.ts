// Circuits of features: dictionaries of random directions laid on the embedded model, pruned, recorded, measured again.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Random } from "../base/random.ts";
import { pruneSettings } from "../choices/prune.ts";
import type { Circuit } from "../circuit/circuit-schema.ts";
import { formatCircuit, parseCircuit } from "../circuit/circuit-file.ts";
import { pruneSettingsOf } from "../circuit/settings-of-circuit.ts";
import { writeDictionary } from "../dictionary/write.ts";
import type { SitePlace } from "../dictionary/states.ts";
import { evaluateCircuit } from "./evaluate-circuit.ts";
import { pruneTask } from "./prune-task.ts";

const folder = mkdtempSync(join(tmpdir(), "laid-"));
afterAll(() => rmSync(folder, { recursive: true }));

const [width, features] = [64, 16];

/** Tied weights of random directions, the ReLU of what a state has along each. */
function randomDictionary(name: string, place: SitePlace): string {
  const random = Random.seeded(3, name);
  const wDec = Float32Array.from({ length: features * width }, () => random.normal() / Math.sqrt(width));
  const wEnc = new Float32Array(width * features);
  for (let j = 0; j < features; j++) for (let i = 0; i < width; i++) wEnc[i * features + j] = wDec[j * width + i];
  const path = join(folder, name);
  const weights = {
    dIn: width,
    dSae: features,
    dOut: width,
    wEnc,
    bEnc: new Float32Array(features),
    wDec,
    bDec: new Float32Array(width),
    selection: { kind: "relu" },
    normalisation: "none",
    centred: false,
    transcodes: false,
  } as const;
  writeDictionary(path, weights, { model: "sprig", place, contextSize: 32, prependBos: true, training: {} });
  return path;
}

const settingsOf = (dictionary: readonly string[], own: object = {}) =>
  pruneSettings.parse({
    task: "tasks/agreement.yaml",
    model: "sprig",
    units: ["feature", "error"],
    dictionary,
    examples: { discovery: 16, heldOut: 16 },
    random: 3,
    ...own,
  });

let dictionaries: readonly string[];
let circuit: Circuit;
beforeAll(async () => {
  dictionaries = [
    randomDictionary("stream", { site: "residPre", layer: 2 }),
    randomDictionary("mlp", { site: "mlpOut", layer: 2 }),
  ];
  ({ circuit } = await pruneTask(settingsOf(dictionaries)));
}, 120_000);

test("features and errors are kept or removed by exact tests, and the file says of which dictionaries they are", () => {
  const { model, kept, search, nodes, edges, results } = circuit;
  expect(model.dictionaries?.map(({ layer, site, features, source }) => ({ layer, site, features, source }))).toEqual([
    { layer: 1, site: "residPost", features, source: "stream" },
    { layer: 2, site: "mlpOut", features, source: "mlp" },
  ]);
  expect(search.units).toEqual(["feature", "error"]);
  expect(search.alwaysKept).toEqual(["embedding", "head", "mlp", "bias", "norm"]);
  expect(search.oneMinimal).toBe(true);
  const ids = [
    ...Object.entries(kept.features!).flatMap(([id, list]) => list.map((feature) => `${id}.f${feature}`)),
    ...kept.errors!,
  ];
  expect(nodes.map(({ id }) => id).sort()).toEqual(["input", ...ids, "logits"].sort());
  expect(edges).toEqual([]);
  expect(results!.errors!.live).toBeGreaterThan(results!.errors!.ablated);
  // What was written is read, and says of itself what it was made with.
  expect(parseCircuit(formatCircuit(circuit), "made.circuit.json")).toEqual(circuit);
  expect(pruneSettingsOf(circuit).dictionary).toEqual(
    dictionaries.map((path) => join(path, "sae_weights.safetensors")),
  );
});

test("measured again, the circuit has the figures of its file", async () => {
  const source = { form: "own", version: 2, file: "made.circuit.json", circuit } as const;
  const { results } = await evaluateCircuit(source, { task: "tasks/agreement.yaml", random: 3 });
  expect(results.heldOut).toEqual(circuit.results!.heldOut);
  expect(results.errors).toEqual(circuit.results!.errors);
});

test("with another dictionary where its own was, it is refused: the names of the features would be those of others", async () => {
  const path = randomDictionary("elsewhere", { site: "residPre", layer: 2 });
  const dictionary = { ...circuit.model.dictionaries![0], path: join(path, "sae_weights.safetensors") };
  const moved = { ...circuit, model: { ...circuit.model, dictionaries: [dictionary] } };
  const source = { form: "own", version: 2, file: "made.circuit.json", circuit: moved } as const;
  await expect(evaluateCircuit(source, { task: "tasks/agreement.yaml", random: 3 })).rejects.toThrow(
    new RegExp(
      `^made.circuit.json: features of this circuit are of ${dictionary.path}, where another dictionary is now \\([0-9a-f]{12}, not ${dictionary.sha256.slice(0, 12)}\\)`,
    ),
  );
});

test.each([
  [["feature"], undefined, {}, "Features and errors are of dictionaries; name their folders with --dictionary."],
  [["head"], ["stream"], {}, "A dictionary is laid on the model for its features; add --units features,errors."],
  [["feature"], ["stream"], { start: "learned-masks" }, "have no gates that could be learned"],
  [["feature"], ["stream"], { start: "matryoshka" }, "have no gates that could be learned"],
  [["feature"], ["stream"], { ablation: "optimal" }, "There are no learned constants for features"],
  [["feature"], ["stream", "stream"], {}, "both belong at layer 1; lay one of them on it."],
] as const)("%j of %j with %j: a sentence", async (units, names, own, sentence) => {
  const dictionary = names?.map((name) => join(folder, name));
  const settings = pruneSettings.parse({ ...settingsOf(dictionaries), units, dictionary, ...own });
  await expect(pruneTask(settings)).rejects.toThrow(sentence);
});

test("a dictionary of a place that the stream does not take up as it is, is refused with the places that it does", async () => {
  const dictionary = [randomDictionary("middle", { site: "residMid", layer: 1 })];
  await expect(pruneTask(settingsOf(dictionary))).rejects.toThrow(
    "belongs at residMid of layer 1; features are units of a circuit behind a layer, between two layers or at an MLP's output",
  );
});
