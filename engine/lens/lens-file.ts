// A fitted lens as a file: safetensors with one weight and one bias a layer, and a header that says which model it belongs to.
import { writeFileAtomic } from "../base/atomic-file.ts";
import { EngineError } from "../base/errors.ts";
import { say, type Sentence } from "../base/sentence.ts";
import { FITTED_LENSES, type FittedLensKind } from "../choices/lists.ts";
import { SafetensorsFile } from "../formats/safetensors.ts";
import { safetensorsBytes } from "../formats/write-safetensors.ts";
import type { Model } from "../model/model.ts";
import type { AffineMap } from "./affine-lens.ts";

const FORMAT = "secateur.lens";
const KINDS: readonly string[] = FITTED_LENSES;

export interface FittedLens {
  readonly kind: FittedLensKind;
  /** By layer, for the state before it. */
  readonly maps: readonly AffineMap[];
  /** What it was fitted on and how, for people. */
  readonly about: Readonly<Record<string, string>>;
}

/** Tensors `<layer>.weight` "in out" and `<layer>.bias`. */
export function writeLensFile(path: string, model: Model, { kind, maps, about }: FittedLens): void {
  const { dModel } = model.config;
  const tensors = maps.flatMap(({ weight, bias }, layer) => [
    { name: `${layer}.weight`, shape: [dModel, dModel], data: weight },
    { name: `${layer}.bias`, shape: [dModel], data: bias },
  ]);
  writeFileAtomic(path, safetensorsBytes(tensors, { ...about, format: FORMAT, kind, model: model.sha256 }));
}

/**
 * @throws EngineError "missing-file", "invalid-file"; "shape" where it is of a model with other sizes, "invalid-file" where it is of
 *         other weights
 */
export function readLensFile(path: string, model: Model): FittedLens {
  const file = SafetensorsFile.open(path);
  try {
    const { format, kind, model: of, ...about } = file.metadata;
    if (format !== FORMAT || !KINDS.includes(kind)) {
      throw refused(
        path,
        say`it is no lens of this program (format "${format ?? say`none`}", kind "${kind ?? say`none`}")`,
      );
    }
    if (of !== model.sha256) {
      throw refused(path, say`it was fitted on other weights than ${model.name}'s; fit one with "secateur fit-lens"`);
    }
    const maps = Array.from({ length: model.config.nLayers }, (_, layer) => readMap(file, path, layer, model));
    return { kind: kind as FittedLensKind, maps, about };
  } finally {
    file.close();
  }
}

function readMap(file: SafetensorsFile, path: string, layer: number, model: Model): AffineMap {
  const { dModel } = model.config;
  const read = (name: string, shape: readonly number[]) => {
    const tensor = file.tensors.get(name);
    if (!tensor) throw refused(path, say`there is no tensor "${name}"`);
    if (tensor.shape.join() !== shape.join()) {
      throw refused(
        path,
        say`tensor "${name}" is ${tensor.shape.join("×")}, expected ${shape.join("×")} for ${model.name}`,
      );
    }
    return file.readRows(name, 0, shape.length === 1 ? 1 : shape[0]);
  };
  return { weight: read(`${layer}.weight`, [dModel, dModel]), bias: read(`${layer}.bias`, [dModel]) };
}

function refused(path: string, why: Sentence): EngineError {
  return new EngineError("invalid-file", say`${path}: ${why}.`, { place: { file: path } });
}
