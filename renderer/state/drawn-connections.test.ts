import { expect, test } from "vitest";
import { exampleCircuit } from "../../test/example-circuit.ts";
import { formatEdge } from "../../engine/circuit/edge.ts";
import { topologyOf } from "../../engine/circuit/topology.ts";
import { ScriptedJobs } from "../../test/scripted-jobs.ts";
import { edgeName } from "../edge/edge-name.ts";
import { DrawnConnections } from "./drawn-connections.svelte.ts";
import { EdgeDesk } from "./edge-desk.svelte.ts";
import { FIRST_VIEW, type View } from "./view.ts";

const CIRCUIT = exampleCircuit();
const SUBJECT = { task: CIRCUIT.task.name, model: CIRCUIT.model.name };
const model = { parallelBlocks: false, ...CIRCUIT.model };
const scores = Float64Array.from(topologyOf(model).edges, (_, place) => -place);
const FIRST = edgeName(CIRCUIT.edges[0]);
const scoreOf = new Map(topologyOf(model).edges.map((edge, place) => [formatEdge(edge), -place]));

/** @param subject of the edges that are measured by "attribution" */
async function connectionsOf(view: Partial<View>, subject = SUBJECT) {
  const result = {
    model,
    examples: { discovery: 8, heldOut: 0 },
    curve: {
      method: "attribution",
      scores,
      points: [{ fraction: 0.5, edges: 2, faithfulness: 0.75, heldOut: 0.5, holds: true }],
      areas: { cpr: 0, cmd: 0, logCpr: 0, logCmd: 0 },
      smallest: [1, 2],
      pruned: undefined,
      seconds: 1,
    },
    notes: [],
  };
  const jobs = new ScriptedJobs();
  const desk = new EdgeDesk(() => jobs.api);
  jobs.tells(desk);
  await desk.add("attribution", { task: "x.yaml", model: "m" }, subject);
  jobs.finish("j1", result);
  await expect.poll(() => desk.measured !== undefined).toBe(true);
  return new DrawnConnections({
    view: () => ({ ...FIRST_VIEW, ...view }),
    circuit: () => CIRCUIT,
    subject: () => SUBJECT,
    desk,
  });
}

const weighedBy = (weighed: View["edges"]["weighed"]) => ({ edges: { ...FIRST_VIEW.edges, weighed } });

test("connections are as measured until scores are asked for that are there", async () => {
  const [measured, scored, missing] = await Promise.all(
    (["measured", "attribution", "clean-corrupted"] as const).map((weighed) => connectionsOf(weighedBy(weighed))),
  );
  expect([measured.weighed, scored.weighed, missing.weighed]).toEqual(["measured", "attribution", "measured"]);
  expect([measured.method, scored.method, missing.method]).toEqual([undefined, "attribution", "clean-corrupted"]);
  expect(measured.all).toBe(CIRCUIT.edges);
  expect(scored.all).toEqual(CIRCUIT.edges.map((edge) => ({ ...edge, weight: scoreOf.get(edgeName(edge)) })));
});

test("scores of another task or model weigh nothing", async () => {
  const connections = await connectionsOf(weighedBy("attribution"), { ...SUBJECT, model: "other" });
  expect([connections.weighed, connections.all]).toEqual(["measured", CIRCUIT.edges]);
});

test("a circuit of edges is shown with its method's scores, whatever run stands beside it", async () => {
  const connections = await connectionsOf({ drawn: "edges" }, { ...SUBJECT, task: "other" });
  expect(connections.weighed).toBe("attribution");
  expect(connections.all.map(({ weight }) => weight)).toEqual([-1, -2]);
});

test("an edge's weights stand side by side where they are of one task and model, else those that are looked at", async () => {
  const own = CIRCUIT.edges[0].weight;
  const score = scoreOf.get(FIRST)!;
  const other = { ...SUBJECT, task: "other" };
  expect((await connectionsOf({})).weightsOf(FIRST)).toEqual([
    { weighed: "measured", weight: own },
    { weighed: "attribution", weight: score },
  ]);
  expect((await connectionsOf({}, other)).weightsOf(FIRST)).toEqual([{ weighed: "measured", weight: own }]);
  expect((await connectionsOf({ tab: "edges" }, other)).weightsOf(FIRST)).toEqual([
    { weighed: "attribution", weight: score },
  ]);
});
