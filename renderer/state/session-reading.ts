// Reading a session file: every part that the page reads is checked; the schemas are fetched with the first file that is opened.
import { readSpoken } from "../client/spoken.ts";
import type { Spoken } from "../../engine/base/sentence.ts";
import { z } from "zod";
import { EDGE_METHODS, EDGE_ORDERS, EDGE_SELECTIONS, UNIT_KINDS } from "../../engine/choices/lists.ts";
import { parseCircuit } from "../../engine/circuit/circuit-file.ts";
import { edgeCount } from "../../engine/circuit/topology.ts";
import { JOB_STATES } from "../../engine/contract/jobs.ts";
import { RELATION_ESTIMATORS } from "../../engine/contract/relations.ts";
import type { MeasuredEdges } from "./edge-desk.svelte.ts";
import { TABS } from "./instruments.ts";
import { SESSION_FORMAT, SESSION_VERSION, type SavedSession, type SessionRefusal } from "./session-file.ts";
import { DRAWN, FIRST_VIEW, NORMALISATIONS, WEIGHINGS } from "./view.ts";

const ids = z.array(z.string());
const edits = z.object({ ablated: ids, restored: ids, keepAlways: ids, roles: z.record(z.string(), z.string()) });
const selection = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("none") }),
  z.object({ kind: z.literal("node"), id: z.string() }),
  z.object({ kind: z.literal("edge"), name: z.string() }),
  z.object({ kind: z.literal("prompt"), index: z.int().min(0) }),
]);
/** Each part of the view stands for itself: one that this program does not know is as it is at first, the others stay. */
const view = z.object({
  tab: z.enum(TABS).catch(FIRST_VIEW.tab),
  selection: selection.catch(FIRST_VIEW.selection),
  step: z.int().min(0).nullable().catch(FIRST_VIEW.step),
  pinned: ids.catch([]),
  drawn: z.enum(DRAWN).catch(FIRST_VIEW.drawn),
  edges: z
    .object({
      most: z.int().min(0).catch(FIRST_VIEW.edges.most),
      least: z.number().min(0).catch(FIRST_VIEW.edges.least),
      pinnedOnly: z.boolean().catch(FIRST_VIEW.edges.pinnedOnly),
      normalised: z.enum(NORMALISATIONS).catch(FIRST_VIEW.edges.normalised),
      weighed: z.enum(WEIGHINGS).catch(FIRST_VIEW.edges.weighed),
    })
    .catch(FIRST_VIEW.edges),
  comparedWith: z.string().nullable().catch(FIRST_VIEW.comparedWith),
  edits: edits.catch(FIRST_VIEW.edits as z.infer<typeof edits>),
});
const request = z.looseObject({
  task: z.string(),
  model: z.string(),
  units: z.array(z.enum(UNIT_KINDS)),
});
const step = z.object({
  step: z.number(),
  removed: ids,
  faithfulness: z.number(),
  second: z.number().nullable(),
  accepted: z.boolean(),
  kept: z.number(),
  order: z.number(),
  pass: z.number(),
});
const record = z.looseObject({
  id: z.string(),
  request,
  state: z.enum(JOB_STATES),
  startedAt: z.string(),
  steps: z.array(step),
  circuit: z.looseObject({}).optional(),
});
const task = z.looseObject({ file: z.string(), name: z.string(), text: z.string() });
const share = z.number();
/** As the engine said it, to be put into the reader's words; in sessions of before a bare text. */
const note = z.union([z.string(), z.custom<Spoken>((value) => readSpoken(value) !== undefined)]);
const relation = z.object({
  choice: z.object({
    task: z.string(),
    model: z.string(),
    estimator: z.enum(RELATION_ESTIMATORS),
    samples: z.int().min(1),
    seeds: z.int().min(1),
  }),
  fit: z.looseObject({
    /** Sessions of before have figures alone. */
    file: z.string().default(""),
    figures: z.looseObject({
      layer: z.int(),
      beta: z.number(),
      rank: z.int(),
      known: z.int(),
      faithfulness: z.object({ mean: share, interval: z.tuple([share, share]).optional() }),
      causality: z.looseObject({ mean: share }),
    }),
    controls: z.looseObject({ nearest: share, biasOnly: share, shuffledSubjects: share }),
    sweeps: z.looseObject({
      layers: z.array(z.looseObject({ layer: z.int(), beta: z.number(), validation: share })),
    }),
    subjects: z.array(z.looseObject({ subject: z.string(), object: z.string() })),
    notes: z.array(note),
  }),
});
const places = z.array(z.int().min(0));
const edgeCurve = z.looseObject({
  method: z.enum(EDGE_METHODS),
  scores: z.array(z.number()).transform((scores) => Float64Array.from(scores)),
  points: z.array(
    z.object({
      fraction: share,
      edges: z.int().min(0),
      faithfulness: z.number(),
      heldOut: z.number().optional(),
      holds: z.boolean(),
    }),
  ),
  areas: z.object({
    cpr: z.number(),
    cmd: z.number(),
    cappedCpr: z.number().optional(),
    logCpr: z.number(),
    logCmd: z.number(),
    logCappedCpr: z.number().optional(),
  }),
  smallest: places.optional(),
  pruned: z
    .looseObject({ edges: places, from: z.int(), trials: z.int(), faithfulness: z.number(), tested: share })
    .optional(),
  seconds: z.number(),
});
const edges = z.object({
  subject: z.object({ task: z.string(), model: z.string() }),
  plan: z.looseObject({
    task: z.string(),
    model: z.string(),
    order: z.enum(EDGE_ORDERS),
    selection: z.enum(EDGE_SELECTIONS),
    prune: z.boolean(),
  }),
  circuits: z.object({
    model: z.object({
      nLayers: z.int().min(1),
      nHeads: z.int().min(1),
      parallelBlocks: z.boolean(),
      dModel: z.int().min(1),
    }),
    examples: z.object({ discovery: z.int(), heldOut: z.int() }),
    found: z.array(edgeCurve).min(1),
    notes: z.array(note),
  }),
});
const session = z.object({
  task: task.optional(),
  request: request.optional(),
  record: record.optional(),
  relations: z.array(relation).optional(),
  edges: edges.optional(),
  view: view.catch(FIRST_VIEW as z.infer<typeof view>),
});

/** The session in a file's text, or why there is none. */
export function parseSession(text: string, file: string): SavedSession | SessionRefusal {
  const data = jsonOf(text);
  if (data === undefined) return { because: "not-json" };
  const { format, version } = (data ?? {}) as { format?: unknown; version?: unknown };
  if (format !== SESSION_FORMAT || typeof version !== "number") return { because: "not-a-session" };
  if (version > SESSION_VERSION) return { because: "newer", version };
  const parsed = session.safeParse(data);
  if (!parsed.success) return { because: "broken", path: parsed.error.issues[0].path.join(".") };
  const circuit = parsed.data.record?.circuit;
  if (circuit) {
    try {
      parseCircuit(JSON.stringify(circuit), file);
    } catch {
      return { because: "broken", path: "record.circuit" };
    }
  }
  const { task, request, record, relations, edges, view } = parsed.data;
  const foreign = edges && placeOfForeignEdges(edges as unknown as MeasuredEdges);
  if (foreign !== undefined) return { because: "broken", path: foreign };
  // The loose parts were written by formatSession; what the page reads of them has been checked above.
  return { task, request, record, relations, edges, view } as unknown as SavedSession;
}

/** Where circuits have other edges than their model. */
function placeOfForeignEdges({ circuits: { model, found } }: MeasuredEdges): string | undefined {
  // Counted, not laid out: a file may name a model of any size.
  const length = edgeCount(model);
  const at = found.findIndex(
    ({ scores, smallest, pruned }) =>
      scores.length !== length || [...(smallest ?? []), ...(pruned?.edges ?? [])].some((place) => place >= length),
  );
  return at === -1 ? undefined : `edges.circuits.found.${at}`;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
