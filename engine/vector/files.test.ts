// Oracles: the GGUF was written by the Python package gguf 0.19.0 (test/reference/vectors); what is written here is read back the same.
import { textOf } from "../base/sentence.ts";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { GATED, randomModel } from "../../test/random-model.ts";
import { controlVectorBytes, readControlVector } from "./control-vector.ts";
import type { Directions } from "./direction.ts";
import { neuronpediaVector } from "./neuronpedia-json.ts";
import { openVector, summandsOf } from "./open-vector.ts";
import { vectorFileBytes } from "./vector-file.ts";

const folder = mkdtempSync(join(tmpdir(), "vectors-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const reference = new URL("../../test/reference/vectors/", import.meta.url);

const model = { ...randomModel({ ...GATED, dModel: 8, nLayers: 5 }, 1), sha256: "abc" };
const vector = (k: number) => Float64Array.from({ length: 8 }, (_, i) => Math.fround(k + i / 3));
const directions = (over: Partial<Directions> = {}): Directions => ({
  method: "difference",
  layers: [-1, 0, 2],
  vectors: [vector(1), vector(2), vector(3)],
  at: "end",
  sides: { plus: [1, 2, 3.5], minus: [-1, 0.25, 0] },
  about: { texts: "24 + 24" },
  ...over,
});

test("a file of ours gives back directions, header and figures", () => {
  const file = { directions: directions(), layer: 2, streamNorms: [1, 2, 3], figures: { auroc: "0.98" } };
  writeFileSync(at("a.safetensors"), vectorFileBytes(model, file));
  expect(openVector(at("a.safetensors"), model)).toEqual({
    ...file,
    name: at("a.safetensors"),
    notes: [],
    summands: [],
  });
  const other = { ...model, sha256: "def", name: "another" };
  expect(openVector(at("a.safetensors"), other).notes.map(textOf)).toEqual([
    `${at("a.safetensors")} was made with other weights than another's; what it does here is not what its header says.`,
  ]);
});

describe("a control vector", () => {
  test("of the Python package is read to the bit", () => {
    const expected = JSON.parse(readFileSync(new URL("control-vector.json", reference), "utf8")) as Record<
      string,
      number[]
    >;
    const { directions, notes } = readControlVector(new URL("control-vector.gguf", reference).pathname);
    expect(directions.layers).toEqual([1, 2, 3]);
    directions.layers.forEach((layer, i) => expect(Array.from(directions.vectors[i])).toEqual(expected[layer]));
    expect(directions.about).toEqual({ format: "control vector (GGUF)", hint: "llama" });
    expect(notes.map(textOf)).toEqual([
      "A file of llama.cpp's own generator holds at layer N what was measured behind layer N − 1; it is added behind layer N here, as llama.cpp adds it.",
    ]);
  });

  test("is written byte for byte as the Python package writes the same one", () => {
    const file = new URL("control-vector.gguf", reference).pathname;
    const { directions } = readControlVector(file);
    const { bytes } = controlVectorBytes(model, directions);
    // Ours says one thing more, its method; without it the tensors and their table are the same.
    const written = at("ours.gguf");
    writeFileSync(written, bytes);
    expect(Buffer.from(bytes).subarray(-96)).toEqual(readFileSync(file).subarray(-96));
    expect(readControlVector(written).directions.vectors).toEqual(directions.vectors);
  });

  test("cannot say the embedding and layer 0, which a note tells, and refuses where nothing is left", () => {
    const { bytes, notes } = controlVectorBytes(model, directions());
    expect(notes.map(textOf)).toEqual(["A control vector cannot say layer -1 and 0; the file has layers 1 to 2."]);
    writeFileSync(at("b.gguf"), bytes);
    expect(openVector(at("b.gguf"), model).directions).toMatchObject({ layers: [2], vectors: [vector(3)] });
    expect(() => controlVectorBytes(model, directions({ layers: [0], vectors: [vector(1)] }))).toThrow(
      "acts behind layers from 1 on",
    );
  });
});

test("a vector of Neuronpedia has its layer and hook, and the input of a layer is the output of the one before", () => {
  const written = neuronpediaVector("m", directions(), 2, "formal");
  expect(written).toEqual({
    modelId: "m",
    layerNumber: 2,
    hookType: "resid-post",
    vector: Array.from(vector(3)),
    vectorDefaultSteerStrength: 1,
    vectorLabel: "formal",
  });
  writeFileSync(at("n.json"), JSON.stringify({ ...written, hookType: "resid-pre" }));
  expect(openVector(at("n.json"), model)).toMatchObject({
    layer: 1,
    directions: { layers: [1], vectors: [vector(3)] },
  });
  expect(neuronpediaVector("m", directions(), -1, "")).toMatchObject({ layerNumber: 0, hookType: "resid-pre" });
});

describe("a sum of files", () => {
  const write = (name: string, k: number, layers: number[]) =>
    writeFileSync(
      at(name),
      vectorFileBytes(model, {
        directions: directions({ layers, vectors: layers.map(() => vector(k)), sides: undefined }),
        layer: layers[0],
        streamNorms: [],
        figures: {},
      }),
    );

  test("is the sum at the layers that all of them have, with every summand beside it", () => {
    write("p.safetensors", 1, [1, 2]);
    write("q.safetensors", 5, [2, 3]);
    write("r-s.safetensors", 2, [2, 1]);
    const {
      directions: sum,
      summands,
      layer,
    } = openVector(`${at("p.safetensors")} + ${at("q.safetensors")} - ${at("r-s.safetensors")}`, model);
    expect(sum.layers).toEqual([2]);
    expect(Array.from(sum.vectors[0])).toEqual(Array.from(vector(1), (x, i) => x + vector(5)[i] - vector(2)[i]));
    expect(summands.map(({ sign, vector: { name } }) => [sign, name])).toEqual([
      [1, at("p.safetensors")],
      [1, at("q.safetensors")],
      [-1, at("r-s.safetensors")],
    ]);
    expect(layer).toBeUndefined();
    write("far.safetensors", 1, [4]);
    expect(() => openVector(`${at("p.safetensors")} + ${at("far.safetensors")}`, model)).toThrow(
      "have no layer in common",
    );
  });

  test("parts signs from names by the spaces around them", () => {
    expect(summandsOf("a-b + c − d")).toEqual([
      { sign: 1, file: "a-b" },
      { sign: 1, file: "c" },
      { sign: -1, file: "d" },
    ]);
    expect(summandsOf("- a")).toEqual([{ sign: -1, file: "a" }]);
  });
});

describe("a file that is no direction is a sentence", () => {
  test.each([
    ["v.pt", "PK\u0003\u0004", "is a pickle or an array of Python, which is not read because it can run code."],
    ["v.safetensors", "\u0080\u0002", "it is a PyTorch pickle, which is not read because it can run code"],
    ["v.json", '{"vector": []}', "is no vector of Neuronpedia: modelId"],
  ])("%s", (name, content, sentence) => {
    writeFileSync(at(name), Buffer.from(content, "latin1"));
    expect(() => openVector(at(name), model)).toThrow(sentence);
  });

  test("one of another model's width or depth", () => {
    writeFileSync(
      at("wide.safetensors"),
      vectorFileBytes(model, { directions: directions(), layer: 2, streamNorms: [], figures: {} }),
    );
    expect(() => openVector(at("wide.safetensors"), { ...model, config: { ...model.config, dModel: 4 } })).toThrow(
      "are 8 wide, and states of",
    );
    expect(() => openVector(at("wide.safetensors"), { ...model, config: { ...model.config, nLayers: 2 } })).toThrow(
      "holds a direction of layer 2",
    );
  });
});
