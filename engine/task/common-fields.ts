// The fields that all tasks share, with their defaults and the rules that bind several of them.
import { stemOf } from "../base/file-name.ts";
import type { Problem } from "./problems.ts";
import type { CommonFile } from "./schema.ts";
import type { Source } from "./source.ts";
import type { TaskCommon } from "./task.ts";

const DEFAULT_COUNT = 128;

export function commonFields(
  source: Pick<Source, "file" | "sha256">,
  fields: CommonFile,
  notes: readonly string[] = [],
): TaskCommon {
  const name = fields.name ?? stemOf(source.file);
  const kind = fields.ablation?.kind ?? "resample";
  const { discovery, heldOut, by, order } = fields.split ?? {};
  return {
    name,
    title: fields.title ?? { en: name },
    description: fields.description ?? "",
    needs: fields.needs,
    metric: fields.metric ?? "logit-difference",
    ablation: {
      kind,
      reference: fields.ablation?.reference ?? (kind === "mean" ? "corrupt" : "paired"),
      perPosition: fields.ablation?.perPosition ?? false,
    },
    threshold: fields.threshold ?? 0.9,
    criterion: fields.criterion ?? "match",
    bos: fields.bos ?? "auto",
    split: {
      discovery: discovery ?? DEFAULT_COUNT,
      heldOut: heldOut ?? DEFAULT_COUNT,
      by,
      order: order ?? "shuffled",
      isExact: discovery !== undefined || heldOut !== undefined,
    },
    seed: fields.seed ?? 1,
    file: source.file,
    sha256: source.sha256,
    notes,
  };
}

/** What no single field is wrong about. */
export function commonProblems(source: Source, { ablation }: CommonFile): Problem[] {
  const { kind, reference, perPosition } = ablation ?? {};
  const problems: Problem[] = [];
  const add = (field: string, sentence: string): void => {
    problems.push({ sentence, place: source.place(["ablation", field]) });
  };
  if (kind === "resample" && reference !== undefined && reference !== "paired") {
    add(
      "reference",
      `"ablation.reference" is "${reference}"; resample takes the value of the paired corrupt prompt, write paired.`,
    );
  }
  if (kind === "mean" && reference === "paired") {
    add("reference", '"ablation.reference" is "paired"; a mean is taken over many prompts, write corrupt or clean.');
  }
  if (perPosition === true && kind !== "mean") {
    add("perPosition", '"ablation.perPosition" belongs to kind mean; remove it or write kind: mean.');
  }
  return problems;
}
