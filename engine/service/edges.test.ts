// Oracle: the same circuits from the task that the command line runs, their edges by name.
import { expect, test } from "vitest";
import { formatEdge } from "../circuit/edge.ts";
import { topologyOf } from "../circuit/topology.ts";
import type { EdgesRequest } from "../contract.ts";
import { edgeTask } from "../session/edge-task.ts";
import { EdgeMeasurer } from "./edges.ts";
import { EventLog } from "./event-log.ts";

const REQUEST: EdgesRequest = {
  task: "tasks/ioi.yaml",
  model: "sprig",
  examples: { discovery: 4, heldOut: 4 },
  methods: ["integrated-gradients", "attribution"],
  order: "magnitude",
  selection: "top-n",
  prune: false,
};

test("each method's circuits are those of the command line, with edges by their place, and progress is told by method", async () => {
  const log = new EventLog(0);
  const answer = await new EdgeMeasurer(log, 1).measure({ ...REQUEST, prune: true });
  expect(answer.found.map(({ method }) => method)).toEqual(REQUEST.methods);
  const { scores, curve, areas, smallest, circuit, examples } = await edgeTask(
    { ...REQUEST, method: "integrated-gradients", steps: 5, prune: true },
    { threads: 1 },
  );
  const [found] = answer.found;
  const names = topologyOf(answer.model).edges.map(formatEdge);
  const named = (places: readonly number[] | undefined) => places?.map((place) => names[place]);
  expect(new Map(names.map((name, place) => [name, found!.scores[place]]))).toEqual(
    new Map(scores.map((edge) => [formatEdge(edge), edge.score])),
  );
  expect({ curve, areas }).toMatchObject({ curve: found!.points, areas: found!.areas });
  expect(named(found!.smallest)).toEqual(smallest!.map(formatEdge));
  const { edges, ...figures } = found!.pruned!;
  expect(named(edges)).toEqual(circuit!.edges.map(formatEdge));
  expect(circuit).toMatchObject(figures);
  expect(answer.examples).toEqual(examples);
  const events = (await log.after(0)).filter((event) => event.type === "edges");
  const told = new Set(events.map(({ method, stage }) => `${method} ${stage}`));
  expect([...told]).toEqual([
    "integrated-gradients scores",
    "integrated-gradients curve",
    "integrated-gradients pruning",
    "attribution scores",
    "attribution curve",
    "attribution pruning",
  ]);
});

test("a second request waits its turn, one without a method is refused, and a stopped one ends as cancelled", async () => {
  const measurer = new EdgeMeasurer(new EventLog(0), 1);
  const first = measurer.measure(REQUEST);
  await expect(measurer.measure(REQUEST)).rejects.toMatchObject({ code: "usage" });
  measurer.stop();
  await expect(first).rejects.toMatchObject({ code: "cancelled" });
  await expect(measurer.measure({ ...REQUEST, methods: [] })).rejects.toMatchObject({ code: "usage" });
});
