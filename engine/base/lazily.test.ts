import { expect, test } from "vitest";
import { lazily } from "./lazily.ts";

test("a field is made when it is asked for, once, and no other with it", () => {
  const asked: string[] = [];
  const made = lazily<{ a: number; b?: string }>({
    a: () => asked.push("a"),
    b: () => void asked.push("b") as undefined,
  });
  expect([Object.keys(made), [...asked]]).toEqual([["a", "b"], []]);
  expect([made.a, made.a, asked]).toEqual([1, 1, ["a"]]);
  expect([{ ...made }, asked]).toEqual([{ a: 1, b: undefined }, ["a", "b"]]);
});
