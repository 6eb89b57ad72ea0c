// The section on circuits of edges in the embedded model.
import { type EdgeFigures, measureEdges } from "../edge-orders.ts";
import { circuitTable, orderTable, smallestFaithful } from "../edge-tables.ts";
import type { BenchOptions } from "../options.ts";
import { edgeCurves } from "../plots/edge-curves.ts";
import { type MethodPoint, timeAndSize } from "../plots/time-and-size.ts";
import type { Section } from "../section.ts";

export async function edgesSection(options: BenchOptions): Promise<Section> {
  const figures = await measureEdges(options);
  return {
    title: "Circuits of edges in the embedded model",
    text: `The same prompts. Every order and every circuit, whoever made it, is judged by the same exact runs, orders at MIB's sizes; only edges
on a way from input to logits are counted. CPR is the area under f over the share of edges (more is better), CMD that between f and 1
(less is better). Seconds of an order are those of the scores alone, without loading; of a circuit those of the whole search.

Largest difference: of our scores from the peer's by its own definition, over its largest score; empty where the definitions differ.
EAP-IG's points of integrated gradients contain the corrupt end, ours the clean one. Its information flow takes the token embedding
without the position embedding for the input, so its shares are others (with that input ours are its to 2e-7). AutoCircuit's integrated gradients go through the masks of all
edges together instead of the embeddings. Integrated gradients of activations have another definition here, see DECISIONS.md.

AutoCircuit's ACDC reads one batch alone, and a batch holds prompts of one length, so it was given 32 prompts of 15 tokens of the same
task; it lowers KL from the model, not the logit difference, and its f is what that leaves. Each tau is a search of its own,
the largest first; after 150 seconds it began no further one.`,
    tables: [orderTable(figures.total, figures.orders), circuitTable(figures.circuits)],
    pictures: [edgeCurves(figures), timeAndSize("edges-time", "edges", "log", faithfulCircuits(figures))],
  };
}

/** The smallest circuit of each order with f from 0.9 to 1.1, and of those tried one by one all that are as faithful. */
function faithfulCircuits({ orders, circuits }: EdgeFigures): MethodPoint[] {
  const ordered = orders.flatMap(({ method, by, seconds, curve }) => {
    const size = smallestFaithful(curve)?.edges;
    return size === undefined ? [] : [{ method, by, size, seconds }];
  });
  const tried = circuits
    .filter(({ faithfulness }) => Math.abs(1 - faithfulness) <= 0.1)
    .map(({ method, by, edges, seconds }) => ({ method, by, size: edges, seconds }));
  return [...ordered, ...tried];
}
