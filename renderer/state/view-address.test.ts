import { expect, test } from "vitest";
import { type AddressedView, formatAddress, parseAddress } from "./view-address.ts";
import { FIRST_VIEW } from "./view.ts";

const { tab, selection, step, pinned, drawn, edges } = FIRST_VIEW;
const FIRST: AddressedView = { tab, selection, step, pinned, drawn, edges };
const FULL: AddressedView = {
  tab: "nodes",
  selection: { kind: "edge", name: "a0.h7->a1.h2<q>" },
  step: 14,
  pinned: ["a0.h1", "m0.n3"],
  drawn: "edges",
  edges: { most: 50, least: 0.25, pinnedOnly: true, normalised: "target", weighed: "clean-corrupted" },
};

test("the first view needs no address, and another one says what differs", () => {
  expect(formatAddress(FIRST)).toBe("");
  expect(formatAddress(FULL)).toBe(
    "tab=nodes&edge=a0.h7-%3Ea1.h2%3Cq%3E&step=14&pins=a0.h1,m0.n3&drawn=edges&most=50&least=0.25&pinned-only=yes&weights=target&scores=clean-corrupted",
  );
});

test.each([
  ["all of it", FULL],
  ["a node", { ...FIRST, selection: { kind: "node", id: "a1.h2" } }],
  ["a prompt", { ...FIRST, selection: { kind: "prompt", index: 7 } }],
  ["nothing", FIRST],
] as const)("a view comes back out of its address: %s", (_, view) => {
  expect(parseAddress(`#${formatAddress(view)}`)).toEqual(view);
});

test.each([
  "#tab=kitchen&node=a1&step=-1&pins=,x,&most=1e9&least=often&weights=much&drawn=all&scores=high&pinned-only=1",
  "#%E0%A4%A",
  "#edge=a0.h7-%3Ea1.h2",
  "#least=",
])("what an address says wrongly is passed over: %s", (hash) => {
  expect(parseAddress(hash)).toEqual(FIRST);
});
