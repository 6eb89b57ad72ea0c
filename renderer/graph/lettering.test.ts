import { expect, test } from "vitest";
import { brokenLines, textWidth } from "./lettering.ts";

test("lines break between words, and a word that is too long stands alone", () => {
  expect(brokenLines("previous token", 45)).toEqual(["previous", "token"]);
  expect(brokenLines("a internationalisation b", 30)).toEqual(["a", "internationalisation", "b"]);
  expect(brokenLines("", 30)).toEqual([]);
  expect(brokenLines("S-inhibition", 40)).toEqual(["S-", "inhibition"]);
  expect(brokenLines("ioi.yaml --seed 0", 50)).toEqual(["ioi.yaml", "--seed 0"]);
});

test("Chinese breaks between any two characters, which are wide", () => {
  expect(textWidth("电路")).toBe(16);
  expect(brokenLines("前一个词元", 24)).toEqual(["前一个", "词元"]);
});
