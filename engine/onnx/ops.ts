// The ops of a graph in one import: each takes values, checks types and shapes, and returns the value it appended.
export { erf, gelu, geluTanh, silu } from "./activation.ts";
export {
  add,
  cast,
  div,
  equal,
  exp,
  greater,
  less,
  log,
  mul,
  neg,
  pow,
  reciprocal,
  relu,
  sigmoid,
  sqrt,
  square,
  sub,
  tanh,
  where,
} from "./elementwise.ts";
export { concat, expand, gather, gatherElements, gatherLast, reshape, slice, transpose } from "./layout.ts";
export {
  crossEntropy,
  layerNorm,
  logSoftmax,
  matMul,
  reduceMax,
  reduceMean,
  reduceSum,
  rmsNorm,
  rotary,
  softmax,
} from "./contraction.ts";
