// The trainable numbers of a GPT-2-shaped model: one flat array, with the checkpoint's name, shape and first values of each tensor.
import type { Random } from "../base/random.ts";
import { sizeOf } from "../base/tensor.ts";

/** Sizes of the model to be trained; d_head is dModel / nHeads, the MLP is 4 times as wide as the residual stream in GPT-2. */
export interface ModelShape {
  readonly nLayers: number;
  readonly nHeads: number;
  readonly dModel: number;
  readonly dMlp: number;
  readonly dVocab: number;
  readonly nContext: number;
}

/** One tensor of the model and where it lies in the flat array. */
export interface Parameter {
  /** Hugging Face's name of it, e.g. "transformer.h.0.attn.c_attn.weight". */
  readonly name: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly size: number;
  /** AdamW's weight decay applies to matrices only, not to biases and norms. */
  readonly decayed: boolean;
  /** Standard deviation of the first values; a number in `fill` stands for a constant instead. */
  readonly deviation?: number;
  readonly fill?: number;
}

type Row = Omit<Parameter, "offset" | "size" | "decayed">;

const constant = (name: string, width: number, fill: number): Row => ({ name, shape: [width], fill });
const matrix = (name: string, rows: number, columns: number, deviation: number): Row => ({
  name,
  shape: [rows, columns],
  deviation,
});

function norm(name: string, width: number): Row[] {
  return [constant(`${name}.weight`, width, 1), constant(`${name}.bias`, width, 0)];
}

function layerRows({ nLayers, dModel, dMlp }: ModelShape, layer: number): Row[] {
  const name = `transformer.h.${layer}`;
  const inward = 0.5 / Math.sqrt(dModel);
  const outward = 1 / Math.sqrt(2 * nLayers); // the residual stream adds up 2·nLayers writes
  return [
    ...norm(`${name}.ln_1`, dModel),
    matrix(`${name}.attn.c_attn.weight`, dModel, 3 * dModel, inward),
    constant(`${name}.attn.c_attn.bias`, 3 * dModel, 0),
    matrix(`${name}.attn.c_proj.weight`, dModel, dModel, inward * outward),
    constant(`${name}.attn.c_proj.bias`, dModel, 0),
    ...norm(`${name}.ln_2`, dModel),
    matrix(`${name}.mlp.c_fc.weight`, dModel, dMlp, inward),
    constant(`${name}.mlp.c_fc.bias`, dMlp, 0),
    matrix(`${name}.mlp.c_proj.weight`, dMlp, dModel, (0.5 / Math.sqrt(dMlp)) * outward),
    constant(`${name}.mlp.c_proj.bias`, dModel, 0),
  ];
}

/** Every tensor of the model, in the order of the flat array. */
export function parametersOf(shape: ModelShape): readonly Parameter[] {
  const rows: Row[] = [
    matrix("transformer.wte.weight", shape.dVocab, shape.dModel, 0.05),
    matrix("transformer.wpe.weight", shape.nContext, shape.dModel, 0.05),
    ...Array.from({ length: shape.nLayers }, (_, layer) => layerRows(shape, layer)).flat(),
    ...norm("transformer.ln_f", shape.dModel),
  ];
  let offset = 0;
  return rows.map((row) => {
    const size = sizeOf(row.shape);
    const parameter = { ...row, offset, size, decayed: row.shape.length > 1 };
    offset += size;
    return parameter;
  });
}

/** Length of the flat array. */
export function parameterCount(parameters: readonly Parameter[]): number {
  return parameters.reduce((sum, parameter) => sum + parameter.size, 0);
}

/** The first values: normal with each matrix's deviation, ones and zeros for norms and biases. */
export function initialWeights(parameters: readonly Parameter[], random: Random): Float32Array {
  const weights = new Float32Array(parameterCount(parameters));
  for (const { offset, size, deviation, fill } of parameters) {
    for (let i = offset; i < offset + size; i++) weights[i] = fill ?? deviation! * random.normal();
  }
  return weights;
}

/** The part of a flat array that belongs to one tensor; shares its memory. */
export function view(flat: Float32Array, { offset, size }: Parameter): Float32Array {
  return flat.subarray(offset, offset + size);
}
