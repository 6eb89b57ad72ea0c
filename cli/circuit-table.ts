// A circuit file as text to read: a map of its heads, its nodes and edges, its figures.
import { append } from "../engine/base/append.ts";
import { greatest } from "../engine/base/greatest.ts";
import type { Circuit, CircuitNode, CircuitResults } from "../engine/circuit/circuit-schema.ts";
import { keptIds } from "../engine/circuit/kept.ts";
import { provenMinimal } from "../engine/circuit/proven-minimal.ts";
import { metricUnit } from "../engine/metric/metric.ts";
import { intervalText } from "./interval-text.ts";

export function circuitTable(circuit: Circuit): string {
  return [
    titleOf(circuit),
    headMap(circuit),
    dictionaryRows(circuit),
    nodeRows(circuit),
    edgeRows(circuit),
    figureRows(circuit),
    noteRows(circuit),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function titleOf(circuit: Circuit): string {
  const { model, task, search } = circuit;
  const units = { head: "heads", mlp: "MLPs", neuron: "neurons", feature: "features", error: "errors" };
  return [
    `${task.name} on ${model.name}: pruned ${search.units.map((kind) => units[kind]).join(", ")}, criterion ${search.criterion} at ${search.threshold}`,
    `${minimalityWords(search)}; ${search.trials} circuits measured${boundWords(circuit)} in ${search.passes} ${search.passes === 1 ? "pass" : "passes"} on ${task.examples.discovery} examples; ${task.ablation.kind} ablation (${task.ablation.reference})`,
  ].join("\n");
}

/** About as many yes-or-no answers single out k of n units that must stay, by halving: k·log₂(n/k) + k. */
function boundWords({ search: { trajectory, validation } }: Circuit): string {
  const n = trajectory[0]?.kept ?? 0;
  const k = validation?.search.kept ?? trajectory.at(-1)?.kept ?? 0;
  return k === 0 || k === n
    ? ""
    : ` (${k} of ${n} units are singled out by about ${Math.ceil(k * Math.log2(n / k) + k)})`;
}

/** 1-minimality is said of the circuit that it was proved for; how much a budget left untested the reason for stopping says. */
function minimalityWords(search: Circuit["search"]): string {
  const proven = provenMinimal(search);
  switch (proven.of) {
    case "circuit":
      return "1-minimal, tested one by one";
    case "search": {
      const gone = proven.gone === 0 ? "" : `, ${proven.gone} more taken away`;
      return `1-minimal with ${proven.kept} units, tested one by one; then ${proven.back} put back${gone}`;
    }
    case "shares":
    case "nothing":
      return "not verified to be 1-minimal";
    default:
      return proven satisfies never;
  }
}

/** One line a layer, the first layer at the bottom: ● kept, · removed. */
function headMap({ model, kept }: Circuit): string {
  if (!kept.heads) return "";
  const heads = new Set(kept.heads);
  const mlps = kept.mlps && new Set(kept.mlps);
  const rows = Array.from({ length: model.nLayers }, (_, layer) => {
    const dots = Array.from({ length: model.nHeads }, (_, head) => (heads.has(`a${layer}.h${head}`) ? "●" : "·"));
    const neurons = kept.neurons?.[`m${layer}`]?.length;
    const mlp = mlps ? (mlps.has(`m${layer}`) ? "  ■" : "  ·") : "";
    const count = kept.neurons ? `  ${neurons ?? 0} of ${model.dMlp} neurons` : "";
    return `${String(layer).padStart(3)}  ${dots.join(" ")}${mlp}${count}`;
  });
  return [`layer  heads 0 to ${model.nHeads - 1}${mlps ? ", MLP" : ""}`, ...rows.reverse()].join("\n");
}

function dictionaryRows({ model: { dictionaries = [] }, kept }: Circuit): string {
  const rows = dictionaries.map(({ layer, site, features, source }) => {
    const parts = [
      kept.features && `${kept.features[`d${layer}`]?.length ?? 0} of ${features} features`,
      kept.errors && `its error ${kept.errors.includes(`d${layer}.error`) ? "kept" : "removed"}`,
    ];
    return `d${layer} (${source}, ${site} of layer ${layer}): ${parts.filter(Boolean).join(", ")}`;
  });
  return rows.join("\n");
}

/** Neurons and features beyond this many are counted, not listed. */
const listedSmall = 20;

function nodeRows({ nodes }: Circuit): string {
  const measured = nodes.filter(({ effect }) => effect !== undefined);
  const isSmall = ({ kind }: CircuitNode) => kind === "neuron" || kind === "feature";
  const small = measured.filter(isSmall).sort((a, b) => Math.abs(b.effect!) - Math.abs(a.effect!));
  const rows = [...measured.filter((node) => !isSmall(node)), ...small.slice(0, listedSmall)].map(nodeRow);
  const left = small.slice(listedSmall);
  const more =
    left.length > 0
      ? `and ${left.length} more ${left.every(({ kind }) => kind === "neuron") ? "neurons" : "features"}`
      : "";
  return rows.length === 0
    ? ""
    : [columns([["node", "role", "helps by", "95 %", "evidence"], ...rows]), more].filter(Boolean).join("\n");
}

/** The evidence, beside the strongest attention, that speaks for a role; all of it is in the file. */
const TELLING: Readonly<Record<string, readonly string[]>> = {
  "name mover": ["direct effect", "copy score"],
  "negative name mover": ["direct effect", "suppression score"],
  "S-inhibition": ["effect through name movers' queries"],
};

function evidenceOf(role: CircuitNode["role"]): string {
  const [strongest, ...rest] = Object.entries(role?.evidence ?? {});
  if (!role || !strongest) return "";
  const telling = TELLING[role.name];
  const shown = telling ? rest.filter(([measure]) => telling.includes(measure)) : rest.slice(0, 2);
  return [strongest, ...shown].map(([measure, value]) => `${measure} ${fixed(value, 2)}`).join(", ");
}

/** Files hold ablated − present, so that what helps is negative; here it is positive. */
function nodeRow({ id, role, effect, effectInterval }: CircuitNode): string[] {
  return [
    id,
    role?.name ?? "",
    effect === undefined ? "" : fixed(0 - effect, 3),
    effectInterval ? intervalText([0 - effectInterval[1], 0 - effectInterval[0]], 2) : "",
    evidenceOf(role),
  ];
}

const listedEdges = 12;

function edgeRows({ edges }: Circuit): string {
  if (edges.length === 0) return "";
  const strongest = [...edges].sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight)).slice(0, listedEdges);
  const rows = strongest.map(({ source, target, input, weight }) => [
    `${source} → ${target}${input ? `.${input}` : ""}`,
    fixed(0 - weight, 3),
  ]);
  return columns([[`strongest of ${edges.length} connections`, "helps by"], ...rows]);
}

function figureRows({ results, task }: Circuit): string {
  if (!results) return "";
  const unit = metricUnit[task.metric as keyof typeof metricUnit] ?? "";
  const sets = [
    ["discovery", results.discovery] as const,
    ...(results.validation ? [["validation", results.validation] as const] : []),
    ...(results.heldOut ? [["held out", results.heldOut] as const] : []),
  ];
  const row = (name: string, value: (figures: (typeof sets)[number][1]) => string) => [
    name,
    ...sets.map(([, figures]) => value(figures)),
  ];
  const rows = [
    ["", ...sets.map(([name]) => name)],
    row(`metric of the model (${unit})`, ({ full }) => fixed(full, 3)),
    row("metric, everything ablated", ({ empty }) => fixed(empty, 3)),
    row("metric of the circuit", ({ circuit }) => fixed(circuit, 3)),
    row("faithfulness f", ({ faithfulness }) => fixed(faithfulness, 4)),
    row("  95 %", ({ interval }) => intervalText(interval, 3)),
    row("accuracy of the model", ({ accuracy }) => (accuracy ? percent(accuracy.full) : "")),
    row("accuracy of the circuit", ({ accuracy }) => (accuracy ? percent(accuracy.circuit) : "")),
    row("KL(model‖circuit), nats", ({ kl }) => fixed(kl, 4)),
    row("criterion holds", ({ criterionHolds }) => (criterionHolds === undefined ? "" : criterionHolds ? "yes" : "NO")),
  ];
  if (sets.some(([, { prompts }]) => prompts !== undefined))
    rows.push(row("different prompts", ({ prompts, examples }) => String(prompts ?? examples ?? "")));
  const { random, complement } = results;
  const lines = [columns(rows)];
  if (random) {
    const shown = Object.entries(random.quantiles).map(([q, f]) => `${percent(Number(q))} ${fixed(f, 3)}`);
    lines.push(`f of ${random.count} random circuits of this size per layer, quantiles: ${shown.join(", ")}`);
  }
  if (complement)
    lines.push(`f of the complement (the circuit ablated, the rest live): ${fixed(complement.faithfulness, 3)}`);
  if (results.errors)
    lines.push(
      `f with every error of a dictionary live: ${fixed(results.errors.live, 3)}, with every one ablated: ${fixed(results.errors.ablated, 3)}`,
    );
  append(lines, partRows(results));
  append(lines, alternativeRows(results));
  return lines.join("\n");
}

/** The circuits that are equals, and what they share. */
function alternativeRows({ alternatives }: CircuitResults): string[] {
  if (!alternatives) return [];
  const { asked, circuits, repeated, failed, needed, core, units, jaccard, intersection, union, split } = alternatives;
  const size = (kept: (typeof circuits)[number]["kept"]) => keptIds(kept).length;
  const each = circuits.map(({ order, without, kept, figures }) => {
    const how = order === "without" ? `without ${without}` : order === "shaken" ? "shaken order" : "first";
    return `${how}: ${size(kept)} units, f ${fixed(figures.faithfulness, 3)}${figures.criterionHolds ? "" : " (criterion: NO)"}`;
  });
  const some = units.filter(({ share }) => share < 1).map(({ id, share }) => `${id} ${percent(share)}`);
  const together = ({ kept, faithfulness }: typeof union) => `${kept} units, f ${fixed(faithfulness, 3)}`;
  return [
    `${circuits.length} ${circuits.length === 1 ? "circuit" : "different circuits, as equals"}, of ${asked + 1} searches (${repeated} came to one of them again, ${failed} missed the criterion); ${split === "heldOut" ? "held out" : "discovery"}:`,
    ...each.map((line) => `  ${line}`),
    `  in all: ${named(core)}; in some: ${some.length === 0 ? "none" : named(some)}${needed.length === 0 ? "" : `; the model itself needs ${named(needed)}`}`,
    `  intersection ${together(intersection)}; union ${together(union)}${jaccard ? `; Jaccard ${fixed(jaccard.mean, 2)}, least ${fixed(jaccard.least, 2)}` : ""}`,
  ];
}

const listedUnits = 6;

/** What circuit and model do without parts of the circuit. */
export function partRows({ completeness, minimality }: CircuitResults): string[] {
  const lines: string[] = [];
  if (completeness) {
    const { rows, worst } = completeness;
    const gaps = rows.map(({ share, mean, greatest }) => `${percent(share)}: ${fixed(mean, 3)}, ${fixed(greatest, 3)}`);
    const most = worst.removed.length === 0 ? "" : `; worst ${named(worst.removed)}`;
    lines.push(
      `completeness, |f(circuit) − f(model)| without random shares of the circuit, mean and greatest: ${gaps.join("; ")}${most}`,
    );
  }
  if (minimality) {
    const { faithfulness, units } = minimality;
    const least = units.at(-1);
    const first = units.slice(0, listedUnits).map(({ id, without }) => `${id} ${fixed(without, 3)}`);
    const last = least && units.length > listedUnits ? ` … ${least.id} ${fixed(least.without, 3)}` : "";
    lines.push(`minimality, f (${fixed(faithfulness, 3)}) without each unit alone: ${first.join(", ")}${last}`);
  }
  return lines;
}

function named(ids: readonly string[]): string {
  const rest = ids.length - listedUnits;
  return `${ids.slice(0, listedUnits).join(" ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}

function noteRows({ results, search }: Circuit): string {
  const { validation } = search;
  return [
    ...(validation?.reached ? [validation.statement] : []),
    ...(results?.notes ?? []).map(({ text }) => `note: ${text}`),
    `stopped because ${search.stoppedBecause}`,
  ].join("\n");
}

const fixed = (value: number, digits: number) => value.toFixed(digits).replace(/^-(0\.?0*)$/, "$1");
const percent = (share: number) => `${Number((100 * share).toFixed(1))} %`;

/** Rows with aligned columns: the first to the left, numbers to the right. */
export function columns(rows: readonly (readonly string[])[]): string {
  const count = greatest(rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, c) => greatest(rows.map((row) => (row[c] ?? "").length)));
  const isNumber = (c: number) =>
    c > 0 && rows.slice(1).every((row) => /^[-[\d]|^$|^yes$|^NO$|^none$/.test(row[c] ?? ""));
  const numeric = widths.map((_, c) => isNumber(c));
  return rows
    .map((row) =>
      row
        .map((cell, c) => (numeric[c] ? cell.padStart(widths[c]) : cell.padEnd(widths[c])))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
