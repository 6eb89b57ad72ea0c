import { expect, test } from "vitest";
import { visibleJson, visibleLine, visibleText } from "./visible.ts";

const hostile = "a\u001b[31mred\u0007\r\u0000\u007f\u009b2J\u202eb";

test("nothing in a text steers a terminal, and everything stays visible", () => {
  expect(visibleLine(`${hostile}\n\t.`)).toBe("a␛[31mred␇␍␀␡\ufffd2J\ufffdb␊␉.");
});

test("tabs and the ends of lines stay in a text of several lines, a lone carriage return does not", () => {
  expect(visibleText("a\tb\r\nc\rd\ne\u001b")).toBe("a\tb\r\nc␍d\ne␛");
});

test("JSON reads back the same, and holds none of them", () => {
  const json = visibleJson(JSON.stringify({ hostile }, null, 2));
  expect(JSON.parse(json)).toEqual({ hostile });
  expect(json.replaceAll("\n", "")).toBe(visibleLine(json.replaceAll("\n", "")));
});

test("other writings and emoji are left alone", () => {
  expect(visibleText("日本語 العربية 👩‍🔬 é")).toBe("日本語 العربية 👩‍🔬 é");
});
