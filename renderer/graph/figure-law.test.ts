import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { Random } from "../../engine/base/random.ts";
import type { CircuitEdge } from "../../engine/circuit/circuit-schema.ts";
import { parseNode } from "../../engine/circuit/node.ts";
import { reaches } from "../../engine/circuit/topology.ts";
import { PALETTES } from "../look/palette.ts";
import type { DrawnNode } from "./drawn.ts";
import { strongestEdges } from "./edge-choice.ts";
import { circuitFigure, type FigureWords } from "./figure.ts";
import { figureLayout, type FigureLayout } from "./figure-layout.ts";
import { type Route, routesOf, sampled } from "./routes.ts";

const ROLES = [undefined, "name mover", "induction", "previous token", "S-inhibition", "duplicate token"];
const INPUTS = ["q", "k", "v"] as const;

const WORDS: FigureWords = {
  caption: [],
  both: "",
  onlyA: "",
  onlyB: "",
  helps: "helps",
  hinders: "works against",
  noRole: "no role",
  mlps: "MLPs",
  features: "features",
  input: "tokens",
  logits: "logits",
  effect: "effect",
  ports: "query, key, value",
  strongest: "strongest",
};

/** A circuit of `heads` heads and `mlps` MLPs at random places of a model, with `count` legal edges at most. */
function randomCircuit(
  seed: number,
  [layers, perLayer]: readonly [number, number],
  heads: number,
  mlps: number,
  count: number,
) {
  const random = Random.seeded(seed);
  const pick = (n: number) => Math.floor(random.uniform() * n);
  const ids = new Set<string>();
  while (ids.size < heads) ids.add(`a${pick(layers)}.h${pick(perLayer)}`);
  while (ids.size < heads + mlps) ids.add(`m${pick(layers)}`);
  const nodes = [...ids].map((id): DrawnNode => ({
    id,
    role: id.startsWith("a") ? ROLES[pick(ROLES.length)] : undefined,
    state: "kept",
    pinned: false,
    side: undefined,
  }));
  const ends = ["input", ...ids, "logits"];
  const edges = ends.flatMap((source) =>
    ends.flatMap((target): CircuitEdge[] => {
      if (source === "logits" || target === "input" || source === target) return [];
      if (!reaches(parseNode(source)!, parseNode(target)!, false)) return [];
      const inputs = target.startsWith("a") ? INPUTS : [undefined];
      return inputs.map((input) => ({ source, target, ...(input && { input }), weight: random.uniform() - 0.5 }));
    }),
  );
  const order = new Map(edges.map((edge) => [edge, random.uniform()]));
  return { nodes, edges: edges.sort((a, b) => order.get(a)! - order.get(b)!).slice(0, count) };
}

/** Boxes that a line enters and that are not its ends. */
function crossed({ boxes }: FigureLayout, route: Route, { source, target }: CircuitEdge): string[] {
  const points = sampled(route, 8);
  return [...boxes.values()]
    .filter(({ id }) => id !== source && id !== target)
    .filter(({ x, y, width, height }) =>
      points.some((point) => point.x > x && point.x < x + width && point.y > y && point.y < y + height),
    )
    .map(({ id }) => id);
}

const SHAPES: readonly (readonly [size: readonly [number, number], heads: number, mlps: number, edges: number])[] = [
  [[4, 8], 5, 2, 40],
  [[30, 9], 28, 0, 120],
  [[30, 9], 59, 12, 400],
  [[12, 12], 60, 12, 400],
  [[32, 32], 60, 32, 400],
];

test.each(SHAPES)(
  "no edge crosses a box that is not its end: a model of %j, %i heads, %i MLPs",
  (size, heads, mlps, count) => {
    for (const width of [241, 493]) {
      for (let seed = 0; seed < 2; seed++) {
        const { nodes, edges } = randomCircuit(seed, size, heads, mlps, count);
        const layout = figureLayout(nodes, edges, width, width * 1.1);
        const routes = routesOf(layout, edges);
        expect(routes.map((route, i) => crossed(layout, route, edges[i])).filter(({ length }) => length > 0)).toEqual(
          [],
        );
      }
    }
  },
);

test("every edge goes upwards from its source's upper border to its target's lower border", () => {
  const { nodes, edges } = randomCircuit(3, [30, 9], 40, 8, 200);
  const layout = figureLayout(nodes, edges, 493, 540);
  routesOf(layout, edges).forEach((route, i) => {
    const [source, target] = [layout.boxes.get(edges[i].source)!, layout.boxes.get(edges[i].target)!];
    const [first, last] = [route[0], route.at(-1)!];
    expect([first.y, last.y]).toEqual([source.y, target.y + target.height]);
    expect(first.x > source.x && first.x < source.x + source.width).toBe(true);
    expect(last.x > target.x && last.x < target.x + target.width).toBe(true);
    expect(route.every(({ y }, p) => p === 0 || y < route[p - 1].y)).toBe(true);
  });
});

test("boxes stand apart, inside the drawing, heads below the MLP of their layer", () => {
  for (const width of [241, 493]) {
    const { nodes, edges } = randomCircuit(1, [30, 9], 59, 12, 100);
    const { boxes, height } = figureLayout(nodes, edges, width, width * 1.1);
    const all = [...boxes.values()];
    for (const a of all) {
      expect([a.id, a.x >= 0 && a.x + a.width <= width && a.y >= 0 && a.y + a.height <= height]).toEqual([a.id, true]);
      for (const b of all) {
        const apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
        expect([a.id, b.id, a === b || apart]).toEqual([a.id, b.id, true]);
      }
    }
    const [mlp] = all.filter(({ id }) => id.startsWith("m"));
    for (const head of all.filter(({ id }) => id.startsWith(`a${mlp.id.slice(1)}.`))) expect(head.y > mlp.y).toBe(true);
  }
});

test.each([0, 1, 2, 3])(
  "the whole figure of a circuit of 30 heads, key and caption included, is at most a third longer one way than the other: circuit %i",
  (seed) => {
    const { nodes, edges } = randomCircuit(seed, [30, 9], 30, 0, 200);
    const effects = new Map(nodes.map(({ id }) => [id, { effect: -1, interval: [-2, -0.5] as const }]));
    const caption = ["A sentence of what was asked and of what came out, as long as they are. ".repeat(4)];
    const svg = circuitFigure({
      nodes,
      edges,
      effects,
      palette: PALETTES.light,
      words: { ...WORDS, caption },
      width: 493,
      background: undefined,
    });
    const [width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg)!.slice(1).map(Number);
    expect(Math.max(width / height, height / width)).toBeLessThanOrEqual(4 / 3);
  },
);

/** Heads, roles, effects and connections of IOI on SmolLM2, as a search found them. */
const FOUND = JSON.parse(readFileSync("test/reference/figure/smollm2-ioi.json", "utf8")) as {
  readonly nodes: readonly (readonly [id: string, role: string | null, effect: number, low: number, high: number])[];
  readonly edges: readonly (readonly [source: string, target: string, input: "q" | "k" | "v" | null, weight: number])[];
};
const foundEdges = FOUND.edges.map(([source, target, input, weight]): CircuitEdge => ({
  source,
  target,
  ...(input && { input }),
  weight,
}));
const foundNodes = FOUND.nodes.map(([id, role]): DrawnNode => ({
  id,
  role: role ?? undefined,
  state: "kept",
  pinned: false,
  side: undefined,
}));

test.each([
  ["the strongest", strongestEdges(foundEdges)],
  ["all", foundEdges],
])(
  "the circuit of IOI on SmolLM2 fits two columns of a paper with %s of its connections, none through a box",
  (_, edges) => {
    const svg = circuitFigure({
      nodes: foundNodes,
      edges,
      effects: new Map(
        FOUND.nodes.map(([id, , effect, low, high]) => [id, { effect, interval: [low, high] as const }]),
      ),
      palette: PALETTES.light,
      words: {
        ...WORDS,
        caption: ["ioi on smollm2: 35 of 270 units kept", "Held out (64 examples): f 1.044. ".repeat(6)],
      },
      width: 493,
      background: undefined,
    });
    const [width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg)!.slice(1).map(Number);
    expect(width).toBe(493);
    expect(Math.max(width / height, height / width)).toBeLessThanOrEqual(4 / 3);
    expect(svg.match(/data-edge/g)).toHaveLength(edges.length);
    expect(
      [...svg.matchAll(/font-size="([\d.]+)"/g)].map(([, size]) => Number(size)).filter((size) => size < 8),
    ).toEqual([]);
    const layout = figureLayout(foundNodes, edges, 493 - 16, (493 * 4) / 3 - 100);
    const routes = routesOf(layout, edges);
    expect(routes.map((route, i) => crossed(layout, route, edges[i])).filter(({ length }) => length > 0)).toEqual([]);
  },
);
