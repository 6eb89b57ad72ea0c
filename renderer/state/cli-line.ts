// The command line that repeats a run, as the reproducibility record shows it.
import type { RunRequest } from "../../engine/contract.ts";
import type { UnitKind } from "../../engine/circuit/unit.ts";

const PLURAL: Readonly<Record<UnitKind, string>> = { head: "heads", mlp: "mlps", neuron: "neurons" };

type Option = readonly [name: string, value: string | number | undefined];

/** Undefined where the command line has no words for the request: units that must stay or go. */
export function cliLine(request: RunRequest): string | undefined {
  if ((request.keep?.length ?? 0) + (request.without?.length ?? 0) > 0) return undefined;
  const options: readonly Option[] = [
    ["--model", request.model],
    ["--units", request.units.map((kind) => PLURAL[kind]).join(",")],
    ["--criterion", request.criterion],
    ["--threshold", request.threshold],
    ["--ablation", request.ablation],
    ["--corruption", request.corruption],
    ["--bos", request.bos],
    ["--examples", request.examples?.discovery],
    ["--held-out", request.examples?.heldOut],
    ["--order", request.order],
    ["--orders", request.orders],
    ["--swaps", request.swaps],
    ["--seed", request.seed],
    ["--start", request.start],
    ["--budget", request.budget],
  ];
  const given = options.flatMap(([name, value]) => (value === undefined ? [] : [name, quoted(String(value))]));
  return ["secateur prune", quoted(request.task), ...given].join(" ");
}

/** A word as a shell takes it. */
function quoted(word: string): string {
  return /^[\w./:=,+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
