// The shipped task files that the corpus is made from.
import { readdirSync } from "node:fs";
import { installedPath } from "../base/installation.ts";
import { loadTask } from "../task/load.ts";
import type { RelationTask, TemplateTask } from "../task/task.ts";
import type { CorpusTasks } from "./corpus.ts";

const TASKS = installedPath("tasks");

/** Relations whose object is two steps away: city → country → its capital or language. */
const TWO_STEPS = ["city-capital.json", "city-language.json"];

export function loadCorpusTasks(folder = TASKS): CorpusTasks {
  const relations = readdirSync(`${folder}/relations`)
    .filter((file) => file.endsWith(".json"))
    .sort();
  const facts = relations.filter((file) => !TWO_STEPS.includes(file));
  return {
    ioi: templateTask(`${folder}/ioi.yaml`),
    copying: templateTask(`${folder}/copying.yaml`),
    agreement: templateTask(`${folder}/agreement.yaml`),
    pronoun: templateTask(`${folder}/pronoun.yaml`),
    greaterThan: templateTask(`${folder}/greater-than.yaml`),
    successor: templateTask(`${folder}/successor.yaml`),
    facts: facts.map((file) => relationTask(`${folder}/relations/${file}`)),
    twoSteps: TWO_STEPS.map((file) => relationTask(`${folder}/relations/${file}`)),
  };
}

function templateTask(path: string): TemplateTask {
  const task = loadTask(path);
  if (task.kind === "contrast" && task.form === "templates") return task;
  throw new Error(`internal: ${path} has no templates`);
}

function relationTask(path: string): RelationTask {
  const task = loadTask(path);
  if (task.kind === "relation") return task;
  throw new Error(`internal: ${path} is no relation`);
}
