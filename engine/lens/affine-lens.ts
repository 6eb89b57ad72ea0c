// Lenses that map a state by one matrix a layer: the tuned lens adds the map to the state, the Jacobian lens is the map.
import type { Executor } from "../activations/executor.ts";
import { type Reals, reals, zeros } from "../activations/packing.ts";
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import type { FittedLensKind } from "../choices/lists.ts";
import { Graph } from "../onnx/graph.ts";
import { add, matMul } from "../onnx/ops.ts";
import { Program } from "../runtime/ort.ts";
import type { Precision } from "../transformer/precision.ts";
import type { Lens } from "./lens.ts";
import { formatPoint, type Point } from "./points.ts";

/** By layer: the map of the state before that layer. */
export interface AffineMap {
  /** "in out", row-major. */
  readonly weight: Float32Array;
  /** "dModel" */
  readonly bias: Float32Array;
}

/** Whether the state itself is part of what is read. */
const addsState: Readonly<Record<FittedLensKind, boolean>> = { tuned: true, jacobian: false };

/** `states` "row dModel", `weight` "dModel dModel", `bias` "dModel" → `mapped` "row dModel". */
function mapGraph(precision: Precision, dModel: number): Graph {
  const graph = new Graph("affine-map");
  const states = graph.input("states", precision, ["rows", dModel]);
  const weight = graph.input("weight", precision, [dModel, dModel]);
  const bias = graph.input("bias", precision, [dModel]);
  graph.output("mapped", add(matMul(states, weight), bias));
  return graph;
}

/**
 * tuned: T(x) = x + (x W + b); jacobian: T(x) = x W + b. The map is added to the state, so that a map of zeros is the logit lens to
 * the bit.
 */
export async function affineLens(executor: Executor, kind: FittedLensKind, maps: readonly AffineMap[]): Promise<Lens> {
  const { dModel } = executor.model.config;
  const program = await Program.compile(mapGraph(executor.precision, dModel), { threads: executor.threads });
  const inPrecision = (values: Float32Array): Reals => {
    const copy = zeros(executor.precision, values.length);
    copy.set(values);
    return copy;
  };
  return {
    kind,
    async translate(point, states) {
      const { weight, bias } = maps[layerOf(point, kind)];
      const feeds = {
        states: reals([states.length / dModel, dModel], states),
        weight: reals([dModel, dModel], inPrecision(weight)),
        bias: reals([dModel], inPrecision(bias)),
      };
      const mapped = (await program.run(feeds)).mapped.data as Reals;
      return addsState[kind] ? mapped.map((value, i) => states[i] + value) : mapped;
    },
    dispose: () => program.dispose(),
  };
}

/** The stream behind a layer is the stream before the next one. */
function layerOf(point: Point, kind: FittedLensKind): number {
  if (point.site === "residPre") return point.layer;
  if (point.site === "residPost") return point.layer + 1;
  throw new EngineError(
    "unsupported",
    say`A ${kind} lens has no map at ${formatPoint(point)}: its maps are of the states between layers. Read residMid with the logit or the shifted lens.`,
  );
}
