// Every verb that does one thing: what the engine can be asked to do as a job, the command line can be told, and the window offers.
import type { CellVerb } from "../contract/verbs.ts";
import { vectorApply } from "./vector-apply.ts";
import { vectorJudge } from "./vector-judge.ts";
import { vectorMake } from "./vector-make.ts";
import { vectorSweep } from "./vector-sweep.ts";
import { curves } from "./curves.ts";
import { edges } from "./edges.ts";
import { evaluate } from "./evaluate.ts";
import { fitLens } from "./fit-lens.ts";
import { generate } from "./generate.ts";
import { lens } from "./lens.ts";
import { edit } from "./edit.ts";
import { memories } from "./memories.ts";
import { patch } from "./patch.ts";
import { patchscope } from "./patchscope.ts";
import { transplant } from "./transplant.ts";
import { twoHop } from "./two-hop.ts";
import { prune } from "./prune.ts";
import { saeEval } from "./sae-eval.ts";
import { saeFeatures } from "./sae-features.ts";
import { saeShow } from "./sae-show.ts";
import { saeSteer } from "./sae-steer.ts";
import { saeTrain } from "./sae-train.ts";
import { neurons } from "./neurons.ts";
import { neuron } from "./neuron.ts";
import { relation } from "./relation.ts";
import { score } from "./score.ts";
import { stability } from "./stability.ts";
import { transfer } from "./transfer.ts";
import type { Verb } from "./verb.ts";

export const VERBS: { readonly [Name in CellVerb]: Verb<Name> } = {
  "vector make": vectorMake,
  "vector sweep": vectorSweep,
  "vector judge": vectorJudge,
  "vector apply": vectorApply,
  lens,
  "fit-lens": fitLens,
  patchscope,
  transplant,
  "two-hop": twoHop,
  edit,
  memories,
  generate,
  curves,
  patch,
  score,
  evaluate,
  stability,
  transfer,
  prune,
  edges,
  relation,
  "sae train": saeTrain,
  "sae show": saeShow,
  "sae eval": saeEval,
  neuron,
  neurons,
  "sae features": saeFeatures,
  "sae steer": saeSteer,
};
