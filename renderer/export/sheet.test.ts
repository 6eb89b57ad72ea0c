import { expect, test } from "vitest";
import { coloursOf, onPaper, SHEET, sizeOf } from "./sheet.ts";

const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 493 360" width="493" height="360"><g/></svg>`;

test("a drawing says its size on paper: two columns are 174 mm wide, a slide has larger text", () => {
  expect(onPaper(svg, SHEET.page.scale)).toContain('viewBox="0 0 493 360" width="173.92mm" height="127mm"');
  expect(8 * SHEET.slide.scale).toBeGreaterThan(14);
  expect(Math.round(SHEET.column.width)).toBe(241);
});

test("the size is that of the view box, whatever unit the root is in", () => {
  expect(sizeOf(onPaper(svg, 2))).toEqual({ width: 493, height: 360 });
});

test("only a transparent drawing has nothing behind it", () => {
  expect([coloursOf("light").background, coloursOf("dark").background, coloursOf("transparent").background]).toEqual([
    "#ffffff",
    "#14171a",
    undefined,
  ]);
});
