// The relations' tab on the real engine: fitted, judged, and used to edit the embedded model's answer.
import AxeBuilder from "@axe-core/playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { browserReason, launch, type Tab } from "./browser.ts";
import { type RealServer, serveReal } from "./serve-real.ts";

let served: RealServer;
let tab: Tab;

describe.skipIf(browserReason !== "")(`relations in the page${browserReason}`, () => {
  beforeAll(async () => {
    served = await serveReal();
    tab = await launch(served.address);
  });
  afterAll(async () => {
    await tab?.close();
    await served?.close();
  });

  test("two relations are fitted and judged, and the edit changes the model's answer", async () => {
    const { page, complaints } = tab;
    await page.keyboard.press("7");
    await page.getByRole("checkbox", { name: "Head of an invented company" }).check();
    await page.getByRole("checkbox", { name: "Sound of an animal" }).check();
    await page.getByRole("button", { name: "Fit 2" }).click();
    const row = page.getByRole("row", { name: /Head of an invented company/ });
    await row.locator("td").nth(5).waitFor();
    expect(await row.locator("td").nth(5).textContent()).toBe("1.00");
    expect(await page.getByRole("img", { name: "Edit success against faithfulness" }).locator("circle").count()).toBe(
      2,
    );
    await page.getByRole("tabpanel").getByRole("button", { name: "Head of an invented company" }).click();
    const wanted = await page.locator(".pane form select").inputValue();
    await page.getByRole("button", { name: "Edit and ask the model" }).click();
    const after = page.locator("table", { hasText: "model, after the edit" });
    expect((await after.locator("td").first().textContent())?.trim()).toBe(wanted);
    const { violations } = await new AxeBuilder({ page }).analyze();
    const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
    expect(serious.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
