// From a sweep file to its jobs: read, checked against the verb's own settings, every task and model named by its content.
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, extname, isAbsolute, resolve } from "node:path";
import type { z } from "zod";
import { EngineError } from "../base/errors.ts";
import { heard, say, sayList, type Sentence } from "../base/sentence.ts";
import { sha256 } from "../base/hash.ts";
import { ProblemList } from "../base/problem-list.ts";
import { withFile } from "../base/refusal.ts";
import { type CellVerb, type SettingsOf, VERB_ROWS } from "../contract/verbs.ts";
import { lookAtModel } from "../model/open.ts";
import { didYouMean, nearestOf } from "../base/did-you-mean.ts";
import { fieldsAt } from "../choices/fields-at.ts";
import { problemError, type Problem, type Problems, throwProblems } from "../task/problems.ts";
import { parseSource, readText, type Source } from "../task/source.ts";
import { validate } from "../task/validate.ts";
import { VERBS } from "../verbs/table.ts";
import { axesOf, type Cell, cellsOf } from "./grid.ts";
import { type SweepFile, sweepSchema } from "./sweep-schema.ts";
import { jobId, type JobModel, type SweepJob, type TaskText } from "./sweep-job.ts";

export interface SweepPlan {
  readonly file: string;
  readonly name: string;
  readonly verb: CellVerb;
  /** Axes with more than one value. */
  readonly axes: readonly string[];
  readonly jobs: readonly SweepJob[];
  /** Cells that ask for what another cell asks for already. */
  readonly repeated: number;
}

/** A sweep may be this large; beyond it a grid was mistyped. */
const mostCells = 1_000_000;

/** @throws EngineError "invalid-task" naming every line that cannot be used; "missing-file", "model-not-found" */
export function readSweep(path: string): SweepPlan {
  const source = parseSource(readText(path));
  const file = validate(source, sweepSchema) as SweepFile;
  const verb = verbOf(file, source);
  requireSize(file, source);
  const settings = new CellSettings(source, file, verb);
  const jobs = new Map<string, SweepJob>();
  const cells = cellsOf(file);
  for (const cell of cells) {
    const job = settings.jobOf(cell);
    if (job && !jobs.has(job.id)) jobs.set(job.id, job);
  }
  throwProblems(settings.problems, source);
  return {
    file: path,
    name: file.name,
    verb,
    axes: axesOf(file),
    jobs: [...jobs.values()],
    repeated: cells.length - jobs.size,
  };
}

function verbOf({ verb }: SweepFile, source: Source): CellVerb {
  if (Object.hasOwn(VERBS, verb)) return verb as CellVerb;
  const names = Object.keys(VERBS);
  const near = nearestOf(verb, names);
  const rest = near === undefined ? say` Verbs are ${sayList(names, ", ")}.` : say` Did you mean "${near}"?`;
  const sentence = say`there is no verb "${verb}".${rest}`;
  throw problemError({ sentence, place: source.place(["verb"]) }, source);
}

function requireSize({ tasks, models, seeds, grid = {} }: SweepFile, source: Source): void {
  const seedCount = seeds === undefined ? 1 : "count" in seeds ? seeds.count : seeds.length;
  const sizes = [
    tasks?.length ?? 1,
    models?.length ?? 1,
    seedCount,
    ...Object.values(grid).map(({ length }) => length),
  ];
  const cells = sizes.reduce((product, size) => product * size, 1);
  if (cells <= mostCells) return;
  const sentence = say`the grid has ${cells} cells, and a sweep has ${mostCells} at most; split it into several files.`;
  throw problemError({ sentence, place: source.place([]) }, source);
}

/** Checks the settings of cells; what many cells share is read and complained of once. */
class CellSettings {
  readonly problems: Problems = new ProblemList<Problem>();
  private readonly told = new Set<string>();
  private readonly tasks = new Map<string, TaskText>();
  private readonly models = new Map<string, JobModel>();

  constructor(
    private readonly source: Source,
    private readonly file: SweepFile,
    private readonly verb: CellVerb,
  ) {}

  jobOf({ at, settings: asked }: Cell): SweepJob | undefined {
    const { version } = VERBS[this.verb];
    const { settings: schema } = VERB_ROWS[this.verb];
    const task = this.taskOf(asked.task);
    const parsed = schema.safeParse(task ? { ...asked, task: task.path } : asked);
    if (!parsed.success) return this.refuse(parsed.error.issues, asked);
    const settings = parsed.data as SettingsOf<CellVerb>;
    const { model } = settings as { readonly model?: string };
    const described = {
      verb: this.verb,
      verbVersion: version,
      settings,
      model: model === undefined ? undefined : this.modelOf(model),
      task: task?.text,
    };
    return { id: jobId(described), at, ...described };
  }

  private taskOf(asked: unknown): { readonly path: string; readonly text: TaskText } | undefined {
    if (typeof asked !== "string") return undefined;
    const path = isAbsolute(asked) ? asked : resolve(dirname(this.source.file), asked);
    const known = this.tasks.get(path);
    if (known) return { path, text: known };
    if (!existsSync(path)) {
      this.tell(["tasks"], say`there is no task file ${path}; name tasks from the folder of the sweep file on.`);
      return undefined;
    }
    const text = withFile(path, () => readFileSync(path, "utf8"));
    const read: TaskText = { name: basename(path), sha256: sha256(text), text };
    this.tasks.set(path, read);
    return { path, text: read };
  }

  private modelOf(asked: string): JobModel {
    const known = this.models.get(asked);
    if (known) return known;
    const model = lookAtModel(asked, ({ name, source, sha256 }): JobModel => ({ name, source, sha256 }));
    this.models.set(asked, model);
    return model;
  }

  private refuse(issues: readonly z.core.$ZodIssue[], asked: Readonly<Record<string, unknown>>): undefined {
    for (const issue of issues) {
      if (issue.code === "unrecognized_keys") {
        const known = fieldsAt(VERB_ROWS[this.verb].settings, issue.path);
        for (const key of issue.keys) {
          const sentence = say`"${key}" is no setting of ${this.verb}; correct the name or leave it out.${didYouMean(key, known)}`;
          this.tell(this.pathOf(key), sentence, true);
        }
        continue;
      }
      const [first] = issue.path.map(String);
      const where = issue.path.map(String).join(".");
      this.tell(
        this.pathOf(first),
        say`${where} is ${shown(asked[first!])}, which ${this.verb} cannot take. ${heard(issue.message)}`,
      );
    }
  }

  /** Where a setting stands in the file. */
  private pathOf(setting: string | undefined): PropertyKey[] {
    if (setting === undefined) return [];
    if (setting === "task") return ["tasks"];
    if (setting === "model") return ["models"];
    if (setting === "seed") return ["seeds"];
    if (Object.hasOwn(this.file.grid ?? {}, setting)) return ["grid", setting];
    if (Object.hasOwn(this.file.settings ?? {}, setting)) return ["settings", setting];
    const override = (this.file.overrides ?? []).findIndex(({ settings }) => Object.hasOwn(settings, setting));
    if (override >= 0) return ["overrides", override, "settings", setting];
    const included = (this.file.include ?? []).findIndex((settings) => Object.hasOwn(settings, setting));
    return included >= 0 ? ["include", included, setting] : [];
  }

  private tell(path: PropertyKey[], sentence: Sentence, ofKey = false): void {
    if (this.told.has(sentence.text)) return;
    this.told.add(sentence.text);
    this.problems.add(() => ({ sentence, place: this.source.place(path, ofKey) }));
  }
}

function shown(value: unknown): Sentence {
  return value === undefined ? say`missing` : say`${JSON.stringify(value).slice(0, 80)}`;
}

/** @throws EngineError "usage" for what is no axis or has no such value */
export function onlyCells(plan: SweepPlan, only: readonly string[]): SweepJob[] {
  const wanted = only.map((text) => {
    const [name, ...rest] = text.split("=");
    const value = rest.join("=");
    const known = [...new Set(plan.jobs.flatMap(({ at }) => (Object.hasOwn(at, name!) ? [spelled(at[name!])] : [])))];
    if (rest.length === 0 || known.length === 0) {
      const names = [...new Set(plan.jobs.flatMap(({ at }) => Object.keys(at)))];
      throw new EngineError(
        "usage",
        say`--only ${text}: write an axis and its value; axes are ${sayList(names, ", ")}.`,
      );
    }
    if (known.includes(value)) return { name: name!, value };
    throw new EngineError("usage", say`--only ${text}: ${name} is none of ${sayList(known.slice(0, 20), ", ")}.`);
  });
  return plan.jobs.filter(({ at }) => wanted.every(({ name, value }) => spelled(at[name]) === value));
}

/** A value as a person types it: a file by its name alone. */
export function spelled(value: unknown): string {
  return typeof value === "string" ? basename(value).replace(/\.(ya?ml|json|jsonl|csv)$/, "") : JSON.stringify(value);
}

/** Where results are kept unless another place is named: beside the sweep file. */
export function storeOf(file: string): string {
  return `${file.slice(0, file.length - extname(file).length)}.store`;
}
