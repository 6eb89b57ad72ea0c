// The relations' tab on the real engine: fitted, judged, and used to edit the embedded model's answer.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { finished, showTab } from "../journey.ts";
import { browserReason, launch, type Tab } from "./browser.ts";
import { seriousFaults } from "./serious-faults.ts";
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

  test("two relations are fitted and judged, the edit changes the model's answer, and the facts are pruned to a circuit", async () => {
    const { page, complaints } = tab;
    await showTab(page, "relations");
    await page.getByRole("checkbox", { name: "Country of a city" }).check();
    await page.getByRole("checkbox", { name: "Sound of an animal" }).check();
    await page.getByRole("button", { name: "Fit 2" }).click();
    const row = page.getByRole("row", { name: /Country of a city/ });
    await expect.poll(() => row.locator("td").nth(5).textContent()).toBe("1.00");
    await expect
      .poll(() => page.getByRole("img", { name: "Edit success against faithfulness" }).locator("circle").count())
      .toBe(2);
    await page.getByRole("tabpanel").getByRole("button", { name: "Country of a city" }).click();
    const wanted = await page.locator(".pane form select").inputValue();
    await page.getByRole("button", { name: "Edit and ask the model" }).click();
    const after = page.locator("table", { hasText: "model, after the edit" });
    await expect.poll(async () => (await after.locator("td").first().textContent())!.trim()).toBe(wanted);
    await page.getByRole("button", { name: "Prune heads and MLPs" }).click();
    await page.getByRole("button", { name: "Stop" }).waitFor();
    await finished(page);
    await showTab(page, "relations");
    const circuit = page.getByRole("row", { name: /Finished heads, MLPs/ });
    await expect.poll(async () => Number(await circuit.locator("td").last().textContent())).toBeCloseTo(1, 0);
    expect(await seriousFaults(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
