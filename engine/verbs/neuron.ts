// The verb "neuron": what hidden neurons do, by correlation, removal and strength.
import { greatest } from "../base/greatest.ts";
import type { NeuronStudyResult, NeuronView } from "../choices/neuron.ts";
import { neuronStudyTask } from "../session/neuron-study-task.ts";
import type { HeadlineOf } from "../contract/verbs.ts";
import { taskName } from "./task-name.ts";
import type { Table } from "../choices/result-table.ts";
import type { Verb } from "./verb.ts";

export const neuron: Verb<"neuron"> = {
  name: "neuron",
  version: 2,
  says: "Studies hidden neurons: which go with an event, what their removal does, and how the event answers to their strength, each beside its null.",
  examples: ['--model smollm2 --event " an" --neuron m29.n720', "study.yaml --steps removal,strength,sets"],
  about: ({ model, task }, result) => ({ model: model ?? "sprig", task: taskName(task), n: result?.event.texts }),
  stages: ({ steps }) => [
    { name: "correlation", share: 4 },
    { name: "places", share: 1 },
    { name: "effects", share: 4 },
    ...(["sets", "selectivity", "explanation"] as const)
      .filter((step) => steps?.includes(step))
      .map((name) => ({ name, share: 2 })),
  ],
  run: (settings, { execution, signal, report }) => neuronStudyTask(settings, { execution, signal, report }),
  headline: ({ correlation, event, neurons }): HeadlineOf<"neuron"> => {
    const [first] = neurons;
    const removal = first?.removal.find(({ kind }) => kind === "mean");
    if (removal) {
      return {
        code: "neuron-removal",
        values: { id: first.id, event: event.name, change: removal.event.value },
        split: "heldOut",
      };
    }
    const [best] = correlation.best;
    return {
      code: "neuron",
      values: { id: `m${best.layer}.n${best.neuron}`, event: event.name, auroc: best.aurocHeldOut },
      split: "heldOut",
    };
  },
  tables: (result) => [
    bestTable(result),
    ...result.neurons.flatMap((view) => [...removalTable(view, result), ...strengthTable(view), contextTable(view)]),
    ...setTable(result),
    ...wordTables(result),
    ...selectivityTables(result),
    ...explanationTables(result),
  ],
};

function bestTable({ modelName, event, correlation }: NeuronStudyResult): Table {
  const { places, events, nullMaxima, best } = correlation;
  return {
    title:
      `${modelName}: AUROC of the activation before "${event.name}" (${events.discovery} of ${places.discovery} places; held out ${events.heldOut} of ${places.heldOut}).\n` +
      `The best of all ${correlation.table.auroc.length} neurons under shuffled labels: |AUROC − .5| up to ${greatest(nullMaxima).toFixed(3)}`,
    columns: ["neuron", "AUROC", "AUROC held out", "r", "mean on", "mean off", "p of the best of all"],
    rows: best.map(({ layer, neuron, auroc, aurocHeldOut, pointBiserial, p }) => {
      const at = layer * correlation.table.dMlp + neuron;
      const { meanOn, meanOff } = correlation.table;
      return [`m${layer}.n${neuron}`, auroc, aurocHeldOut, pointBiserial, meanOn[at], meanOff[at], p];
    }),
  };
}

function removalTable({ id, why, removal }: NeuronView, { event }: NeuronStudyResult): Table[] {
  if (removal.length === 0) return [];
  return [
    {
      title: `${id} (${why}) removed: change of log p(${event.name}) at held-out events, nats; the null is of neurons of its layer with a like mean |activation|`,
      columns: [
        "removed by",
        "constant",
        "change",
        "95 %",
        "null 5 %",
        "null 95 %",
        "rank",
        "control",
        "log p(control) elsewhere",
        "KL there",
        "KL neutral",
      ],
      rows: removal.map(
        ({
          kind,
          constant,
          event: {
            value,
            interval,
            null: { quantiles },
            rank,
            rankApart,
            null: { draws },
          },
          control,
          elsewhere,
          klAtEvents,
          klNeutral,
        }) => [
          kind,
          constant,
          value,
          intervalText(interval),
          quantiles["0.05"],
          quantiles["0.95"],
          `${Math.min(rank, rankApart)} of ${draws.length + 1}`,
          control.mean,
          elsewhere.mean,
          klAtEvents.mean,
          klNeutral.mean,
        ],
      ),
    },
  ];
}

const intervalText = (interval: readonly [number, number] | undefined) =>
  interval && `[${interval[0].toFixed(3)}, ${interval[1].toFixed(3)}]`;

function strengthTable({ id, strength }: NeuronView): Table[] {
  if (!strength) return [];
  const { doses, spearman, slope, swing, safe, ownValue, meanAtEvents } = strength;
  return [
    {
      title:
        `${id} set to a value: Spearman ${spearman.toFixed(2)}, slope ${slope.toFixed(3)} per sd, from its 5 % to its 95 % quantile ${swing.value.toFixed(3)} ` +
        `(null ${swing.null.quantiles["0.05"].toFixed(3)} to ${swing.null.quantiles["0.95"].toFixed(3)}); KL on neutral text below .1 from ${safe[0].toFixed(2)} to ${safe[1].toFixed(2)}; ` +
        `at events it gives ${meanAtEvents.toFixed(2)}; set to its own value ${ownValue}`,
      columns: ["dose", "value", "change", "95 %", "control", "KL neutral", "event − control", "written directly"],
      rows: doses.map(({ name, value, event, control, klNeutral, difference, direct }) => [
        name,
        value,
        event.mean,
        intervalText(event.interval),
        control.mean,
        klNeutral,
        difference,
        direct,
      ]),
    },
  ];
}

function contextTable({ id, highest, lowest, middle, promoted, suppressed }: NeuronView): Table {
  const words = (list: NeuronView["promoted"]) =>
    list
      .slice(0, 6)
      .map(({ token }) => JSON.stringify(token))
      .join(" ");
  const rows = { highest, middle, lowest };
  return {
    title: `${id} where it is highest, between its 50 % and 90 % quantile, and lowest; it raises ${words(promoted)} and lowers ${words(suppressed)}`,
    columns: ["", "activation", "tokens up to it", "next", "event"],
    rows: Object.entries(rows).flatMap(([where, contexts]) =>
      contexts
        .slice(0, 5)
        .map(({ tokens, next, activation, isEvent }) => [
          where,
          activation,
          tokens.join(""),
          next,
          isEvent ? "yes" : "",
        ]),
    ),
  };
}

function setTable({ set, event }: NeuronStudyResult): Table[] {
  if (!set) return [];
  const { ids, reached, heldOut, share, steps, trials, klNeutral } = set;
  const held = heldOut
    ? `held out it takes ${(100 * heldOut.value).toFixed(0)} % (random sets ${(100 * heldOut.null.quantiles["0.05"]).toFixed(0)} to ${(100 * heldOut.null.quantiles["0.95"]).toFixed(0)} %), KL on neutral text ${klNeutral!.mean.toFixed(4)}`
    : "nothing was found";
  return [
    {
      title: `neurons set to their means until ${(100 * share).toFixed(0)} % of log p(${event.name}) is taken: ${reached ? `${ids.length} are enough: ${ids.join(" ")}` : `not reached with ${ids.length}`}; ${held}; ${trials} exact trials`,
      columns: ["added", "share taken with it, discovery"],
      rows: steps.map(({ id, taken }) => [id, taken]),
    },
  ];
}

function wordTables({ words }: NeuronStudyResult): Table[] {
  return (words?.neurons ?? []).map(({ id, words: rows, firstChanged, contrast, rank, of }) => ({
    title:
      `${id} set to zero at the ends of ${words!.prompts} prompts: first group against second ${contrast.value.toFixed(3)} ` +
      `(null ${contrast.null.quantiles["0.05"].toFixed(3)} to ${contrast.null.quantiles["0.95"].toFixed(3)}), rank ${rank} of ${of} by estimate; the first word changed in ${(100 * firstChanged).toFixed(0)} %`,
    columns: ["group", "word", "p before", "p after", "change %", "p permutation", "p Holm", "p t-test"],
    rows: rows.map(({ group, word, before, after, change, p, pHolm, pT }) => [
      group,
      word,
      before,
      after,
      change,
      p,
      pHolm,
      pT,
    ]),
  }));
}

function selectivityTables({ selectivity }: NeuronStudyResult): Table[] {
  if (!selectivity) return [];
  const { neurons, most, nullMaxima } = selectivity;
  return [
    {
      title: `the most selective of all neurons; the most selective under shuffled categories reaches ${greatest(nullMaxima).toFixed(3)}`,
      columns: ["neuron", "category", "index", "p of the best of all"],
      rows: most.map(({ id, category, index, p }) => [id, category, index, p]),
    },
    ...neurons.map(({ id, categories, best, index }) => ({
      title: `${id}: ${best} stands apart most, index ${index.value.toFixed(3)} (shuffled categories: up to ${greatest(index.null.draws).toFixed(3)})`,
      columns: ["category", "mean, in sd over the corpus", "95 %"],
      rows: categories.map(({ name, mean, interval }) => [name, mean, intervalText(interval)]),
    })),
  ];
}

function explanationTables({ explanations, neurons }: NeuronStudyResult): Table[] {
  const own = neurons.flatMap(({ id, explanation, byModel }) => [
    ...(explanation ? [{ id, by: explanation.kind as string, ...explanation }] : []),
    ...(byModel ? [{ id, by: byModel.model, ...byModel }] : []),
  ]);
  const columns = ["neuron", "by", "explanation", "r random", "r top", "detection", "fuzzing"];
  const row = ({
    id,
    by,
    says,
    score,
  }: {
    id: string;
    by: string;
    says: string;
    score: { random: number; top: number; detection: number; fuzzing: number };
  }) => [id, by, says, score.random, score.top, score.detection, score.fuzzing];
  const tables: Table[] =
    own.length > 0
      ? [{ title: "explanations of the studied neurons, scored on held-out texts", columns, rows: own.map(row) }]
      : [];
  if (!explanations) return tables;
  const { explained, aboveNull, aboveHalf, median, null: draws } = explanations;
  return [
    ...tables,
    {
      title:
        `explanations by rule of ${explained.length} random neurons: median r ${median.toFixed(3)}; ${(100 * aboveHalf).toFixed(1)} % above .5, ` +
        `${(100 * aboveNull).toFixed(1)} % above every rule found for shuffled activations (up to ${greatest(draws).toFixed(3)})`,
      columns,
      rows: [...explained]
        .sort((a, b) => b.score.random - a.score.random)
        .slice(0, 20)
        .map(({ id, kind, says, score }) => row({ id, by: kind, says, score })),
    },
  ];
}
