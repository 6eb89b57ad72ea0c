import { expect, test } from "vitest";
import { exampleCircuit } from "../../test/example-circuit.ts";
import { formatCircuit, parseCircuit } from "./circuit-file.ts";
import { requireMeasured, withStability, withTransfer } from "./statistics.ts";

const circuit = requireMeasured(exampleCircuit(), "x.circuit.json");
const [pronoun, none] = circuit.results.transfer!;

test("searches made again take the place of older ones, and nothing else changes", () => {
  const stability = { ...circuit.results.stability!, heldOut: 64 };
  expect(withStability(circuit, stability)).toEqual({ ...circuit, results: { ...circuit.results, stability } });
});

test("figures on a task replace those of the same file, seed and ablation; others stay", () => {
  const again = { ...pronoun!, threshold: 0.8 };
  const zero = { ...pronoun!, ablation: { kind: "zero" as const, reference: "zero" } };
  expect(withTransfer(circuit, [again, zero]).results.transfer).toEqual([none, again, zero]);
  const [template, corruption] = [
    { ...pronoun!, template: "h3" },
    { ...pronoun!, corruption: "s2" },
  ];
  const across = withTransfer(circuit, [template, corruption]);
  expect(across.results.transfer).toEqual([pronoun, none, template, corruption]);
  expect(withTransfer(across, [corruption]).results.transfer).toEqual([pronoun, none, template, corruption]);
  const bare = requireMeasured({ ...circuit, results: { ...circuit.results, transfer: undefined } }, "x.circuit.json");
  expect(withTransfer(bare, [zero]).results.transfer).toEqual([zero]);
});

test("statistics are written and read back as they were", () => {
  const text = formatCircuit(withTransfer(circuit, [{ ...none!, seed: 2 }]));
  expect(parseCircuit(text, "x.circuit.json").results!.transfer).toEqual([pronoun, none, { ...none, seed: 2 }]);
  expect(parseCircuit(text, "x.circuit.json").results!.stability).toEqual(circuit.results.stability);
});

test("a circuit that was never measured is refused by its name", () => {
  expect(() => requireMeasured({ ...circuit, results: undefined }, "mine.circuit.json")).toThrow(
    "mine.circuit.json: has no figures of its own (results), beside which these would stand; " +
      "name a file that has them, such as one that prune wrote.",
  );
});
