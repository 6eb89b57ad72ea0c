// Fitted relations as text to read: how faithful, beside what needs no map, and how well edits work.
import { greatest } from "../engine/base/greatest.ts";
import type { LikelyToken, RelationApplication, RelationEdit, RelationFit } from "../engine/contract/relations.ts";
import { ESTIMATORS } from "../engine/relation/estimators/registry.ts";
import { columns } from "./circuit-table.ts";
import { intervalText } from "./interval-text.ts";

export function relationTable(relations: readonly RelationFit[]): string {
  const parts = [
    columns([
      [
        "faithfulness (test)",
        "estimator",
        "known",
        "layer",
        "β",
        "rank",
        "mean",
        "95 %",
        "seen",
        "unseen",
        "embedding",
      ],
      ...relations.map(faithfulnessRow),
    ]),
    columns([
      [
        "what needs no map",
        "estimator",
        "majority",
        "nearest",
        "bias",
        "logit lens",
        "translation",
        "shuffled",
        "others",
      ],
      ...relations.map(controlRow),
    ]),
    columns([
      ["edits (causality)", "estimator", "rank of W†", "edit", "subject's state", "object's state", "embedding"],
      ...relations.map(editRow),
    ]),
    scatter(relations),
  ];
  return `${parts.filter(Boolean).join("\n\n")}\n\n${legend}`;
}

const legend = [
  "mean: share of test subjects whose first object token the map gives, over draws of training subjects; the model itself answers all.",
  "layer: of the subject's state, -1 the embedding, chosen with β and rank on validation subjects; embedding: the same held to layer -1.",
  "seen, unseen: test subjects whose object was, or was not, among those fitted on. nearest: object whose unembedding is next to the",
  "subject's. bias: W = 0. shuffled: fitted to shuffled pairs; where that changes nothing as others: answers meant for other subjects.",
  "edit: the model then gives the target's object; beside it the target's state, its object's state or embedding put in place.",
].join("\n");

const nameOf = ({ figures }: RelationFit) => [figures.relation, ESTIMATORS[figures.estimator].label];

function faithfulnessRow(relation: RelationFit): string[] {
  const { figures, controls } = relation;
  const { mean, interval } = figures.faithfulness;
  return [
    ...nameOf(relation),
    String(figures.known),
    String(figures.layer),
    String(figures.beta),
    String(figures.rank),
    fixed(mean),
    intervalText(interval, 2),
    fixed(figures.seenObject),
    fixed(figures.unseenObject),
    fixed(controls.embedding),
  ];
}

function controlRow(relation: RelationFit): string[] {
  const { figures, controls } = relation;
  return [
    ...nameOf(relation),
    ...[figures.majority, controls.nearest, controls.biasOnly, figures.logitLens, figures.translation].map(fixed),
    ...[figures.shuffled.mean, controls.shuffledSubjects].map(fixed),
  ];
}

function editRow(relation: RelationFit): string[] {
  const { mean, baselines } = relation.figures.causality;
  const shares = [mean, baselines.subject, baselines.object, baselines.embedding];
  return [...nameOf(relation), String(relation.editRank), ...shares.map(fixed)];
}

const side = 11;

/** Faithfulness to the right, edit success upwards, a letter for each relation. */
function scatter(relations: readonly RelationFit[]): string {
  if (relations.length < 3) return "";
  const at = (share: number) => Math.round(share * (side - 1));
  const grid = Array.from({ length: side }, () => Array.from({ length: side }, () => ""));
  relations.forEach(({ figures }, r) => {
    grid[at(figures.causality.mean)][at(figures.faithfulness.mean)] += letter(r);
  });
  const width = greatest(
    grid.flat().map(({ length }) => length),
    1,
  );
  const lines = grid.map(
    (row, y) => `${fixed(y / (side - 1))} │ ${row.map((cell) => (cell || "·").padEnd(width)).join(" ")}`,
  );
  const keys = relations.map((relation, r) => `${letter(r)} ${nameOf(relation).join(", ")}`);
  return ["edit success against faithfulness (0 to 1)", ...lines.reverse(), ...keys]
    .map((line) => line.trimEnd())
    .join("\n");
}

const letter = (r: number) => String.fromCharCode((r < 26 ? 97 : 65 - 26) + r);

export function applicationText({ subject, model, map }: RelationApplication): string {
  return columns([[`${subject}: the model`, "p", "  the map", "p"], ...sideBySide(model, map)]);
}

export function editText({
  subject,
  object,
  target,
  layer,
  rank,
  length,
  unreachable,
  before,
  after,
}: RelationEdit): string {
  return [
    `${subject} towards ${object} (as of ${target}): Δs = W†(z' − z) of rank ${rank} at layer ${layer}, ` +
      `${percent(length)} of the state's length; ${percent(unreachable)} of z' − z out of reach`,
    columns([["before", "p", "  after", "p"], ...sideBySide(before, after)]),
  ].join("\n");
}

function sideBySide(left: readonly LikelyToken[], right: readonly LikelyToken[]): string[][] {
  const cells = ({ token, probability }: LikelyToken) => [JSON.stringify(token), probability.toFixed(3)];
  return left.map((token, i) => {
    const [word, share] = cells(right[i]);
    return [...cells(token), `  ${word}`, share];
  });
}

const fixed = (share: number | null) => (share === null ? "" : share.toFixed(2));
const percent = (share: number) => `${Math.round(100 * share)} %`;
