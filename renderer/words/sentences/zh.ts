// What the engine says, in Chinese: the English sentence with its holes → the same in Chinese, cut up by the engine's rooms.
import type { Sentences } from "../said.ts";
import { activations } from "./activations.ts";
import { base } from "./base.ts";
import { choices } from "./choices.ts";
import { circuit } from "./circuit.ts";
import { corpus } from "./corpus.ts";
import { dictionary } from "./dictionary.ts";
import { evaluate } from "./evaluate.ts";
import { formats } from "./formats.ts";
import { generation } from "./generation.ts";
import { kernels } from "./kernels.ts";
import { lens } from "./lens.ts";
import { model } from "./model.ts";
import { neuron } from "./neuron.ts";
import { patchscope } from "./patchscope.ts";
import { prune } from "./prune.ts";
import { relation } from "./relation.ts";
import { score } from "./score.ts";
import { service } from "./service.ts";
import { session } from "./session.ts";
import { sweep } from "./sweep.ts";
import { task } from "./task.ts";
import { tokens } from "./tokens.ts";
import { vector } from "./vector.ts";
import { verbs } from "./verbs.ts";
import { wire } from "./wire.ts";
import { lists } from "./lists.ts";

export const zh: Sentences = {
  ...activations,
  ...base,
  ...choices,
  ...circuit,
  ...corpus,
  ...dictionary,
  ...evaluate,
  ...formats,
  ...generation,
  ...kernels,
  ...lens,
  ...model,
  ...neuron,
  ...patchscope,
  ...prune,
  ...relation,
  ...score,
  ...service,
  ...session,
  ...sweep,
  ...task,
  ...tokens,
  ...vector,
  ...verbs,
  ...wire,
  ...lists,
};
