import { expect, test } from "vitest";
import { peersNotRun } from "./options.ts";

const nobody = { threads: 2, python: undefined, autocircuit: undefined, eapIg: undefined, heads: "27" };

test("A peer that is not given is named with the option that brings it in.", () => {
  expect(peersNotRun(nobody)).toEqual([
    "TransformerLens 2.15.4 did not run: give --python.",
    "Transformers did not run: give --python.",
    "EAP-IG 795f560 did not run: give --python and --eap-ig.",
    "AutoCircuit 1.0.1 did not run: give --autocircuit.",
  ]);
  expect(peersNotRun({ ...nobody, python: "python", eapIg: "folder" })).toEqual([
    "AutoCircuit 1.0.1 did not run: give --autocircuit.",
  ]);
  expect(peersNotRun({ ...nobody, python: "python", eapIg: "folder", autocircuit: "python" })).toEqual([]);
});
