// From the fields of a relation in the form of Hernandez et al. to the task, and a relation as a contrast between subjects.
import { type Note, say, type Sentence } from "../base/sentence.ts";
import { commonFields, commonProblems } from "./common-fields.ts";
import { throwProblems } from "./problems.ts";
import type { RelationFile } from "./schema.ts";
import type { Source } from "./source.ts";
import type { RelationTask, TaskCommon, TemplateTask } from "./task.ts";
import { nameOccurrences, type Template } from "./template.ts";

/** @throws EngineError "invalid-task" naming every problem */
export function relationTask(source: Source, fields: RelationFile, notes: readonly Note[]): RelationTask {
  const problems = commonProblems(source, fields);
  const add = (path: readonly PropertyKey[], sentence: Sentence): void => {
    problems.add(() => ({ sentence, place: source.place(path) }));
  };
  if (fields.split?.by) add(["split", "by"], say`"split.by" names slots, and a relation has none; remove it.`);
  for (const field of ["prompt_templates", "prompt_templates_zs"] as const) {
    fields[field]?.forEach((template, i) => {
      const mentions = template.split("{}").length - 1;
      if (mentions === 0)
        add([field, i], say`template "${template}" has no {} for the subject; write it where the subject stands.`);
      if (/\s$/.test(template))
        add([field, i], say`template "${template}" ends with a space; remove it, the object follows after one.`);
    });
  }
  throwProblems(problems, source);
  const samples = [
    ...new Map(fields.samples.map((sample) => [`${sample.subject}\n${sample.object}`, sample])).values(),
  ];
  return {
    ...commonFields(source, fields, [...notes, ...repeatedNote(source, fields.samples, samples)]),
    kind: "relation",
    promptTemplates: fields.prompt_templates,
    zeroShotTemplates: fields.prompt_templates_zs ?? [],
    properties: {
      relationType: fields.properties?.relation_type ?? "",
      domainName: fields.properties?.domain_name ?? "",
      rangeName: fields.properties?.range_name ?? "",
      symmetric: fields.properties?.symmetric ?? false,
    },
    samples,
  };
}

type Sample = RelationFile["samples"][number];

/** Published files repeat samples here and there; twice the same would count twice. */
function repeatedNote({ file }: Source, all: readonly Sample[], kept: readonly Sample[]): Sentence[] {
  const repeated = all.length - kept.length;
  if (repeated === 0) return [];
  const seen = new Set<string>();
  const first = all.find(({ subject, object }) => {
    const key = `${subject}\n${object}`;
    return seen.has(key) || !seen.add(key);
  })!;
  return [
    say`${file}: ${repeated} of ${all.length} samples ${repeated === 1 ? say`repeats` : say`repeat`} an earlier one and ${repeated === 1 ? say`is` : say`are`} left out; the first: "${first.subject}" → "${first.object}".`,
  ];
}

/** "The capital of {} is" as a contrast task: the corrupt prompt has another subject, whose object is the wrong answer. */
export function relationAsContrast(task: RelationTask): TemplateTask {
  const common: TaskCommon = task;
  const { promptTemplates, samples } = task;
  const object = (slot: string): Template => [" ", { slot, column: "object", offset: 0 }];
  return {
    ...common,
    kind: "contrast",
    form: "templates",
    lists: {
      sample: { columns: ["subject", "object"], rows: samples.map((sample) => [sample.subject, sample.object]) },
    },
    slots: { SUBJECT: "sample", OTHER: "sample" },
    heldOutVariants: [],
    variants: promptTemplates.map((text, i) => ({
      name: String(i + 1),
      text: nameOccurrences(subjectTemplate(text)),
      answers: { kind: "strings", strings: [object("SUBJECT")] },
      wrongAnswers: { kind: "strings", strings: [object("OTHER")] },
    })),
    corruption: "other",
    corruptions: { other: { SUBJECT: "OTHER" } },
    positions: [],
    roles: [],
  };
}

function subjectTemplate(text: string): Template {
  return text
    .split("{}")
    .flatMap((part, i) => [
      ...(i > 0 ? [{ slot: "SUBJECT", column: "subject", offset: 0 }] : []),
      ...(part ? [part] : []),
    ]);
}
