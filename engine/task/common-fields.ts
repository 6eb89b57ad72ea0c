// The fields that all tasks share, with their defaults and the rules that bind several of them.
import { type Note, say, sayList, type Sentence } from "../base/sentence.ts";
import { stemOf } from "../base/file-name.ts";
import { ABLATION_KINDS, ABLATIONS } from "../choices/lists.ts";
import { ProblemList } from "../base/problem-list.ts";
import type { Problem, Problems } from "./problems.ts";
import type { CommonFile } from "./schema.ts";
import type { Source } from "./source.ts";
import type { TaskCommon } from "./task.ts";

const DEFAULT_COUNT = 128;

export function commonFields(
  source: Pick<Source, "file" | "sha256">,
  fields: CommonFile,
  notes: readonly Note[] = [],
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
      reference: fields.ablation?.reference ?? ABLATIONS[kind].references[0],
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
export function commonProblems(source: Source, { ablation }: CommonFile): Problems {
  const { kind, reference, perPosition } = ablation ?? {};
  const problems = new ProblemList<Problem>();
  const add = (field: string, sentence: Sentence): void => {
    problems.add(() => ({ sentence, place: source.place(["ablation", field]) }));
  };
  if (kind === undefined) return problems;
  const { gives, references } = ABLATIONS[kind];
  if (reference !== undefined && !references.includes(reference)) {
    const possible = sayList(references, " or ");
    add("reference", say`"ablation.reference" is "${reference}"; ${kind} gives ${gives}, write ${possible}.`);
  }
  if (perPosition === true && !ABLATIONS[kind].perPosition) {
    const kinds = ABLATION_KINDS.filter((name) => ABLATIONS[name].perPosition);
    add(
      "perPosition",
      say`"ablation.perPosition" belongs to kind ${sayList(kinds, " or ")}; remove it or write kind: ${sayList(kinds, " or ")}.`,
    );
  }
  return problems;
}
