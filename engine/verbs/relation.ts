// The verb "relation": W and b of linear relations, how faithful they are on other subjects, and how well edits with them take.
import { ESTIMATORS } from "../relation/estimators/registry.ts";
import { relationTask } from "../session/fitted-relations.ts";
import { taskName } from "./task-name.ts";
import { stage, type Verb } from "./verb.ts";

export const relation: Verb<"relation"> = {
  name: "relation",
  version: 1,
  says: "Fits a linear map from the subject's state to the object's, and tests it on other subjects.",
  examples: ["tasks/relations/*.json", 'relations/country-capital.relation.json --edit "France=Rome"'],
  about: ({ files, model }, result) => ({
    model: model ?? "sprig",
    task: files.length === 1 ? taskName(files[0]) : undefined,
    n: result?.relations.reduce((sum, { figures }) => sum + figures.known, 0),
  }),
  stages: ({ estimators }) => [
    ...(estimators.some((name) => ESTIMATORS[name].needsJacobians) ? [stage("jacobians", 1)] : []),
    stage("maps", 2),
  ],
  run: (settings, { execution, signal, report, folder }) =>
    relationTask(settings, { execution, signal, folder, onProgress: report }),
  headline: ({ relations: [{ figures }] }) => ({
    code: "relation",
    values: { relation: figures.relation, f: figures.faithfulness.mean, edit: figures.causality.mean },
    split: "heldOut",
  }),
  tables: ({ relations }) => [
    {
      title: "shares of test subjects",
      columns: ["relation", "estimator", "known", "layer", "β", "rank", "mean", "low", "high", "seen", "unseen"].concat(
        ["embedding", "majority", "nearest", "bias", "logit lens", "translation", "shuffled", "others", "edit"],
      ),
      rows: relations.map(({ figures, controls }) => [
        figures.relation,
        ESTIMATORS[figures.estimator].label,
        figures.known,
        figures.layer,
        figures.beta,
        figures.rank,
        figures.faithfulness.mean,
        figures.faithfulness.interval?.[0],
        figures.faithfulness.interval?.[1],
        figures.seenObject ?? undefined,
        figures.unseenObject ?? undefined,
        controls.embedding ?? undefined,
        figures.majority,
        controls.nearest,
        controls.biasOnly,
        figures.logitLens,
        figures.translation,
        figures.shuffled.mean,
        controls.shuffledSubjects,
        figures.causality.mean,
      ]),
    },
    {
      title: "what map and model say of every subject",
      columns: ["relation", "estimator", "subject", "object", "split", "model", "map", "rank"],
      rows: relations.flatMap(({ figures, subjects }) =>
        subjects.map(({ subject, object, split, model, map, rank }) => [
          figures.relation,
          ESTIMATORS[figures.estimator].label,
          subject,
          object,
          split,
          model,
          map,
          rank,
        ]),
      ),
    },
  ],
};
