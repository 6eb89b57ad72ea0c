// The numbers of a model's config: what each is, and between which bounds it can lie.

import { say } from "../base/sentence.ts";
import type { Quantity } from "../base/quantity.ts";

/** Bounds stand far above any model that exists, and far below what would fill the memory before a weight is read. */
export const QUANTITIES = {
  layers: { noun: say`a number of layers`, whole: true, least: 1, most: 4096 },
  heads: { noun: say`a number of heads`, whole: true, least: 1, most: 65_536 },
  width: { noun: say`a width`, whole: true, least: 1, most: 1 << 20 },
  tokens: { noun: say`a number of tokens`, whole: true, least: 1, most: 1 << 24 },
  positions: { noun: say`a number of positions`, whole: true, least: 1, most: 2 ** 31 },
  /** The first layer that has something; as many as there are layers means none. */
  firstLayer: { noun: say`a layer`, whole: true, least: 0, most: 4096 },
  epsilon: { noun: say`an epsilon`, whole: false, least: 0, most: 1 },
  rotaryBase: { noun: say`a base of rotary positions`, whole: false, least: 0, most: 1e15 },
  rotaryFactor: { noun: say`a factor of rotary positions`, whole: false, least: 0, most: 1e6 },
  share: { noun: say`a share`, whole: false, least: 0, most: 1 },
} as const satisfies Readonly<Record<string, Quantity>>;
