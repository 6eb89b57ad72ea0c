import { expect, test } from "vitest";
import { figure, markdown, percent, plainText, seconds } from "./table.ts";

const table = {
  head: ["method", "heads"],
  rows: [
    ["ours", "5"],
    ["theirs, whole", "12"],
  ],
};

test("In the terminal the first column stands to the left and the others to the right.", () => {
  expect(plainText(table)).toBe(
    ["method         heads", "-------------  -----", "ours               5", "theirs, whole     12", ""].join("\n"),
  );
});

test("In Markdown the columns are aligned in the same way.", () => {
  expect(markdown(table)).toBe("| method | heads |\n| --- | ---: |\n| ours | 5 |\n| theirs, whole | 12 |");
});

test("Numbers have the digits that they are worth.", () => {
  expect([0.8349, 12.345, 255.4].map(seconds)).toEqual(["0.83", "12.3", "255"]);
  expect([figure(0.98649), figure(undefined), percent(0.899)]).toEqual(["0.986", "", "90 %"]);
});
