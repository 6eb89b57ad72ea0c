// Turns a graph into its gradient graph: walks the steps backwards and appends what the table's rules say.
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import { meet } from "./dims.ts";
import { CONTRACTION_RULES } from "./gradient-contraction.ts";
import { ELEMENTWISE_RULES } from "./gradient-elementwise.ts";
import { LAYOUT_RULES } from "./gradient-layout.ts";
import type { Rules } from "./gradient-rule.ts";
import { formatValue, type Graph, type Step, type Value } from "./graph.ts";
import { expandLike, zerosLike } from "./layout.ts";
import { add } from "./ops.ts";

/** Op → rule. An op that is not here cannot stand between an output and what is differentiated. */
export const GRADIENT_RULES: Rules = { ...ELEMENTWISE_RULES, ...LAYOUT_RULES, ...CONTRACTION_RULES };

/** A value with the gradient of the objective at it; a cotangent without axes stands for the same number everywhere. */
export interface Seed {
  readonly value: Value;
  readonly cotangent: Value;
}

/**
 * ∂L/∂w for every w of `wrt` (inputs, constants or values in between), with L = Σ ⟨cotangent, value⟩ over the outputs; appended to the
 * same graph. Zero where no output depends on w. A gradient at a value in between counts every path from it to the outputs.
 *
 * @throws EngineError "unsupported" where an op on the way has no rule, "shape" where a cotangent is not of its value's type and shape
 */
export function gradients(outputs: readonly Seed[], wrt: readonly Value[]): Value[] {
  const graph = outputs[0]?.value.graph ?? wrt[0]?.graph;
  if (!graph) return [];
  const depends = dependents(graph, wrt);
  const cotangents = new Map<Value, Value>();
  for (const { value, cotangent } of outputs) {
    accumulate(cotangents, value, seedOf(value, cotangent));
  }
  for (const step of [...graph.steps].reverse()) {
    const dy = cotangents.get(step.result);
    if (!dy || !step.inputs.some((input) => depends.has(input))) continue;
    ruleOf(step)(step, dy).forEach((dx, i) => {
      const input = step.inputs[i]!;
      if (dx && depends.has(input)) accumulate(cotangents, input, dx);
    });
  }
  return wrt.map((value) => cotangents.get(value) ?? zerosLike(value));
}

/** The values that depend on one of `wrt`, themselves among them. */
function dependents(graph: Graph, wrt: readonly Value[]): Set<Value> {
  const depends = new Set(wrt);
  for (const step of graph.steps) {
    if (step.inputs.some((input) => depends.has(input))) depends.add(step.result);
  }
  return depends;
}

function accumulate(cotangents: Map<Value, Value>, value: Value, cotangent: Value): void {
  const known = cotangents.get(value);
  cotangents.set(value, known ? add(known, cotangent) : cotangent);
}

function ruleOf(step: Step) {
  const rule = GRADIENT_RULES[step.op];
  if (!rule)
    throw new EngineError(
      "unsupported",
      say`There is no gradient rule for the op "${step.op}" that makes "${step.result.name}".`,
    );
  return rule;
}

function seedOf(value: Value, cotangent: Value): Value {
  const sizesAgree = cotangent.shape.every((size, axis) => meet(size, value.shape[axis] ?? 0) !== undefined);
  if (
    cotangent.dtype !== value.dtype ||
    !(cotangent.shape.length === 0 || cotangent.shape.length === value.shape.length) ||
    !sizesAgree
  ) {
    throw new EngineError(
      "shape",
      say`gradients: the cotangent ${formatValue(cotangent)} is not of the type and shape of "${value.name}", ${formatValue(value)}.`,
    );
  }
  return cotangent.shape.length === value.shape.length ? cotangent : expandLike(cotangent, value);
}
