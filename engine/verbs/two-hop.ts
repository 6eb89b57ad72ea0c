// The verb "two-hop": questions in two steps, where their entities are decoded, and back-patching.
import { twoHopSettings } from "../choices/two-hop.ts";
import { twoHopTask } from "../session/two-hop-task.ts";
import { taskName } from "./task-name.ts";
import type { Verb } from "./verb.ts";

export const twoHop: Verb<"two-hop"> = {
  name: "two-hop",
  settings: twoHopSettings,
  version: 1,
  says: "Asks questions in two hops, says where the entities are decoded, and what back-patching mends and breaks.",
  examples: ["tasks/two-hops/sprig-cities.yaml", "tasks/two-hops/cities.yaml --model smollm2 --items 10"],
  about: ({ model, task }, result) => ({ model, task: taskName(task), n: result?.answers.length }),
  stages: () => [
    { name: "asking", share: 1 },
    { name: "patching", share: 9 },
  ],
  run: (settings, { execution, signal, report }) => twoHopTask(settings, { execution, signal, onProgress: report }),
  headline: ({ answers, backPatching: [{ chosen }] }) => ({
    code: "two-hop",
    values: {
      right: answers.filter(({ class: name }) => name === "right").length,
      n: answers.length,
      mended: chosen?.heldOut.mended ?? 0,
      of: chosen?.heldOut.of ?? 0,
    },
    split: "heldOut",
  }),
  tables: ({ answers, decodings, backPatching, decoder, within }) => [
    {
      title: "questions: ranks of the answer, and of single hops",
      columns: ["question", "e2", "e3", "says", "class", "rank", "hop 1", "hop 2", "without hop 1"],
      rows: answers.map((a) => [a.prompt, a.e2, a.e3, a.top, a.class, a.rank, a.hop1, a.hop2, a.shortcut]),
    },
    {
      title: `first decoded at rank ${within} or better, ${decoder} lens: point of the stream`,
      columns: ["class", "entity", "n", "share decoded", "from 95 %", "to 95 %", "median point"],
      rows: decodings.map(({ class: name, what, first, share, interval, median }) => [
        name,
        what,
        first.length,
        share,
        interval?.[0],
        interval?.[1],
        median,
      ]),
    },
    {
      title: "back-patching of wrong questions whose hops are both known (layers are block outputs)",
      columns: [
        "at",
        "wrong",
        "oracle",
        "oracle, other states",
        "share of pairs",
        "chosen pair",
        "first half",
        "other half",
        "other half, other states",
        "right kept",
      ],
      rows: backPatching.map(({ position, wrong, oracle, controlOracle, meanShare, chosen }) => [
        position,
        wrong,
        oracle,
        controlOracle,
        meanShare,
        chosen && `${chosen.from} > ${chosen.into}`,
        chosen && `${chosen.discovery.mended} of ${chosen.discovery.of}`,
        chosen && `${chosen.heldOut.mended} of ${chosen.heldOut.of}`,
        chosen?.figure?.null.mean,
        chosen && `${chosen.kept} of ${chosen.right}`,
      ]),
    },
  ],
};
