// The settings of a look at a circuit's hidden neurons.
import { z } from "zod";
import type { Frozen } from "../base/frozen.ts";
import { listLength, path } from "./bounds.ts";
import { option } from "./option.ts";
import { ownModelName } from "./task-choice.ts";

export const neuronSettings = z.strictObject({
  task: option(path, { flags: "<task>", help: "The task file whose prompts are run." }),
  circuit: option(path, { flags: "--circuit <file>", help: "Reads the circuit, whose search could remove neurons." }),
  model: ownModelName,
  top: option(listLength.default(20), { flags: "--top <n>", help: "Lists so many, the strongest effects first." }),
});

export type NeuronSettings = Frozen<z.infer<typeof neuronSettings>>;
