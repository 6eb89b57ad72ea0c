// The journey that every user makes, on whatever shows the page: prune, scrub, inspect, ablate, export, compare.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright";
import { expect } from "vitest";
import { parseCircuit } from "../engine/circuit/circuit-file.ts";
import type { Tab } from "../renderer/state/instruments.ts";

export interface Exported {
  readonly name: string;
  /** Byte for character. */
  readonly text: string;
}

export const finished = (page: Page) => page.locator(".right h2", { hasText: "The circuit" }).waitFor();

export async function press(page: Page, ...keys: string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
}

/** Shows an instrument by the rail, whatever the language. */
export async function showTab(page: Page, tab: Tab): Promise<void> {
  const trigger = page.locator(`[role=tab][data-value="${tab}"]`);
  // A low window has no room for all of them: the others are in the rail's menu, and the one that is shown is in the rail.
  if ((await trigger.count()) === 0) {
    await page.locator(".rail .more").click();
    await page.locator(`[role=menuitem][data-value="${tab}"]`).click();
  } else {
    await trigger.click();
  }
  // Home, End and the arrows are the rail's own while it has the focus.
  await trigger.blur();
}

/** Picks a task in the bar by a few letters of its title, and waits until the model has been tried on it. */
export async function pickTask(page: Page, title: string): Promise<void> {
  await page.getByRole("button", { name: /^Task: / }).click();
  await page.getByRole("combobox", { name: "Search: Task" }).fill(title);
  await page.getByRole("option", { name: title }).first().waitFor();
  await press(page, "Enter");
  await page.getByRole("button", { name: new RegExp(`^Task: ${title}`) }).waitFor();
  await page.locator(".able[aria-busy=false]", { hasText: "%" }).waitFor();
}

export async function startRun(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Start" }).click();
  await page.getByRole("button", { name: "Stop" }).waitFor();
}

/** IOI on the embedded model, as many examples for discovery as are held out. */
export async function openIoi(page: Page, examples: number): Promise<void> {
  await pickTask(page, "Indirect object identification");
  await takeExamples(page, examples);
}

async function takeExamples(page: Page, examples: number): Promise<void> {
  for (const split of ["discovery", "held out"]) await page.getByLabel(split, { exact: true }).fill(String(examples));
}

/** Circuits of edges of IOI on the embedded model, by attribution and integrated gradients, on few examples. */
export async function measureEdges(page: Page): Promise<void> {
  await openIoi(page, 16);
  await page.getByRole("tab", { name: "Edges" }).click();
  await page.getByRole("button", { name: "Measure the edges" }).click();
  const rows = page.locator(".pane .scroll tbody tr");
  const areas = () => rows.evaluateAll((trs) => trs.map((tr) => [...tr.children].map((td) => td.textContent.trim())));
  // A method's row is there before the next method is measured.
  await expect
    .poll(async () => (await areas()).map(([, name]) => name))
    .toEqual(["attribution", "integrated gradients"]);
  await page.getByRole("button", { name: "Measure the edges" }).waitFor();
  for (const [, , cpr, cmd] of await areas()) expect(Number(cpr) + Number(cmd)).toBeCloseTo(0.999, 1);
}

/** Heads that the accessible table of nodes lists. */
export async function listedHeads(page: Page): Promise<string[]> {
  await showTab(page, "nodes");
  await page.locator("[role=tab][aria-selected=true]", { hasText: "Nodes" }).waitFor();
  const names = await page.locator(".pane tbody td:first-child").allTextContents();
  return names.map((name) => name.trim()).filter((name) => /^a\d+\.h\d+$/.test(name));
}

/**
 * The pronoun's direction on the embedded model.
 *
 * @param home folder for the saved direction
 */
export async function steerFromSets(page: Page, home: string): Promise<void> {
  await showTab(page, "steer");
  await page.getByRole("combobox", { name: /^from/ }).selectOption({ label: "Gendered pronoun" });
  await page.getByRole("button", { name: "Make it" }).click();
  const coefficient = page.getByRole("spinbutton", { name: /^coefficient, exactly/ });
  await coefficient.fill("2");
  await page.locator(".pane textarea").fill("Yesterday John left the museum because");
  await page.getByRole("spinbutton", { name: "Tokens" }).fill("3");
  await page.getByRole("button", { name: "Write both" }).click();
  await page.getByRole("img", { name: "What each coefficient does and costs" }).waitFor();
  await expect.poll(() => page.getByLabel("Without", { exact: true }).textContent()).toMatch(/^ he/);
  expect(await page.getByLabel("With the directions", { exact: true }).textContent()).toMatch(/^ she/);
  // A dot of the curve gives the coefficient that it is of.
  await page.locator(".plot circle[data-x='-1']").last().click();
  expect(await coefficient.inputValue()).toBe("-1");

  await page.getByRole("button", { name: "Layers × coefficients" }).click();
  const scores = page.getByRole("group", { name: "Score of" });
  await scores.getByRole("button", { name: "Gendered pronoun" }).click();
  await page.getByRole("button", { name: "Sweep", exact: true }).click();
  await page.getByText("On test prompts, behind layer 2 with 1: +10.0").waitFor();
  const swept = page.getByRole("table", { name: "Change of the score by layer and coefficient" });
  await swept.getByRole("button", { name: /^2, 1: / }).click();
  expect(await coefficient.inputValue()).toBe("1");

  await page.getByRole("button", { name: "What else it changes" }).click();
  await scores.getByRole("button", { name: "Number of the subject" }).click();
  await page.getByRole("button", { name: "Judge", exact: true }).click();
  const judged = page.getByRole("table", { name: "Change of each score by each direction" });
  await judged.waitFor();
  expect(await judged.locator("tbody .apart").allTextContents()).toEqual(["+10.00"]);

  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByLabel(/^Save: /).selectOption(".gguf"),
  ]);
  expect(download.suggestedFilename()).toBe("gender-difference-sprig.gguf");
  const file = join(home, download.suggestedFilename());
  await download.saveAs(file);
  await page.getByPlaceholder("file, or a sum of names").fill(`gender difference + ${file}`);
  await page.getByRole("button", { name: "Take", exact: true }).click();
  await expect.poll(() => page.getByRole("spinbutton", { name: /^coefficient, exactly/ }).count()).toBe(2);
}

/** Which neurons of the embedded model go with " are" or " were", the page of one, and the table of all of them. */
export async function studyNeurons(page: Page): Promise<void> {
  await showTab(page, "neurons");
  await page.getByRole("textbox", { name: "the next token is" }).fill(" are, were");
  await page.getByRole("textbox", { name: "control", exact: true }).fill(" is");
  await page.getByText("Texts and further steps").click();
  await page.getByRole("spinbutton", { name: "texts" }).fill("100");
  await page.getByRole("button", { name: "Study", exact: true }).click();
  await page.getByRole("img", { name: /^Dose curve of m/ }).waitFor();
  const removals = page.getByRole("table", { name: "2 · What its removal does" }).locator("tbody th");
  const names = ["zero", "its mean", "mean of the position", "another place’s", "what moves least"];
  expect((await removals.allTextContents()).map((text, i) => text.trim().startsWith(names[i]!))).toEqual(
    names.map(() => true),
  );

  await page.getByRole("button", { name: "All neurons" }).click();
  await page.getByText("1,024 neurons").waitFor();
  const rows = page.locator(".pane tbody tr:not([aria-hidden])");
  expect(await rows.count()).toBeLessThan(100);
  const first = (await rows.first().locator("td").allTextContents()).map((text) => text.trim());
  await page.getByRole("button", { name: "mean |a|" }).click();
  await page.getByRole("button", { name: "|AUROC − 0.5|" }).click();
  await expect
    .poll(async () => (await rows.first().locator("td").allTextContents()).map((text) => text.trim()))
    .toEqual(first);
  // The last row comes into the page when it is walked to.
  await rows.first().getByRole("button").focus();
  await page.keyboard.press("End");
  await page.locator('[data-row="1023"]:focus').waitFor();
  await page.getByRole("textbox", { name: /^m29/ }).fill("m3.n7");
  await rows.first().getByRole("button").click();
  await page.getByText(/has not been studied/).waitFor();
  await page.getByRole("button", { name: /^Study m3.n7/ }).click();
  await page.getByRole("img", { name: /^Dose curve of m3.n7/ }).waitFor();
  await page.getByRole("button", { name: "Steer with it" }).click();
  expect(await page.getByRole("spinbutton", { name: "layer" }).inputValue()).toBe("3");
}

/** Focus goes on by Tab until it is on an element of this name. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  const focused = () =>
    page.evaluate("document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent");
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press("Tab");
    if (name.test(String(await focused()).trim())) return;
  }
  throw new Error(`No Tab leads to ${String(name)}.`);
}

/**
 * The whole journey without a mouse: a task is opened and run, a step gone back, a head found and taken out, the circuit saved.
 *
 * @param saved text of the file that comes of the keys that save
 */
export async function workByKeys(page: Page, saved: (keys: string) => Promise<string>): Promise<void> {
  await tabTo(page, /^Task: /);
  await press(page, "Enter");
  await page.getByRole("combobox", { name: "Search: Task" }).waitFor();
  await page.keyboard.type("indirect");
  await page.getByRole("option", { name: /^Indirect object/ }).waitFor();
  await press(page, "Enter");
  await page.getByRole("combobox", { name: "Search: Task" }).waitFor({ state: "detached" });
  await page.locator(".able[aria-busy=false]", { hasText: "%" }).waitFor();
  await press(page, "Control+k");
  await page.locator("dialog[open] input").first().waitFor();
  await page.keyboard.type("start");
  await press(page, "Enter");
  await page.getByRole("button", { name: "Stop" }).waitFor();
  await finished(page);

  const slider = page.locator("input[type=range]").first();
  const last = Number(await slider.getAttribute("max"));
  await press(page, "[");
  await expect.poll(() => slider.inputValue()).toBe(String(last - 1));
  await press(page, "]");
  await expect.poll(() => slider.inputValue()).toBe(String(last));

  // Roles may still be read when the circuit stands, so that a head is looked for by its name.
  const drawn = page.locator('.drawing svg g[id^="a"]').last();
  await press(page, "/");
  await page.keyboard.type((await drawn.getAttribute("id"))!);
  await press(page, "Enter", "Escape");
  await page.locator(".right .state", { hasText: /^kept$/ }).waitFor();
  await press(page, "a");
  await page.locator(".right .state", { hasText: /^ablated by you$/ }).waitFor();
  await press(page, "Control+z");
  await page.locator(".right .state", { hasText: /^kept$/ }).waitFor();
  const { kept, results } = parseCircuit(await saved("Control+e"), "saved");
  expect(kept.heads?.length).toBeGreaterThan(0);
  expect(results?.heldOut?.criterionHolds).toBe(true);
}

/** The guided first run, whose button does every step; closed it stays closed, and is had again from the menu. */
export async function followTheGuide(page: Page): Promise<void> {
  const guide = page.getByRole("complementary", { name: "Guided first run" });
  const goOn = guide.getByRole("button", { name: "Go on" });
  const doIt = guide.getByRole("button", { name: "Do it for me" });
  await doIt.click();
  await page.locator("[role=tab][aria-selected=true]", { hasText: "Task" }).waitFor();
  await goOn.click();
  await guide.getByText("2 / 5 · Find the circuit").waitFor();
  await goOn.click();
  await doIt.click();
  await page.locator("[role=tab][aria-selected=true]", { hasText: "Circuit" }).waitFor();
  await goOn.click();
  await doIt.click();
  await page.locator(".right .state", { hasText: /^ablated by you$/ }).waitFor();
  await press(page, "Control+z");
  await goOn.click();
  await doIt.click();
  await page.locator("dialog img").waitFor();
  await press(page, "Escape");
  await guide.getByRole("button", { name: "Done" }).click();
  await guide.waitFor({ state: "detached" });
  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: "Guided first run" }).click();
  await guide.getByText("1 / 5 · Look at the task").waitFor();
  await guide.getByRole("button", { name: "End the guided first run" }).click();
  await guide.waitFor({ state: "detached" });
}

/** Two results become cards, that are named, compared, opened with their context, deleted and had back. */
export async function keepOnShelf(page: Page): Promise<void> {
  await openIoi(page, 16);
  await startRun(page);
  await finished(page);
  await showTab(page, "lens");
  await page.locator(".pane textarea").first().fill("When Mary and John went to the store, John gave a drink to");
  await page.getByRole("button", { name: "Read", exact: true }).click();
  await page.getByRole("button", { name: "Results (2)" }).click();
  const shelf = page.getByRole("region", { name: "Results" });
  const cards = shelf.locator("article");
  await cards.nth(1).waitFor();
  expect(await cards.last().textContent()).toMatch(
    /Circuit · ioi.*sprig · ioi · n = 16.*\d kept, f [\d.]+ \(held out\)/s,
  );

  await page.getByRole("button", { name: "More for Circuit · ioi" }).click();
  await page.getByRole("menuitem", { name: /^Details/ }).click();
  const dialog = page.getByRole("dialog");
  expect(await dialog.locator("pre").textContent()).toMatch(/^secateur prune .*ioi.yaml --model sprig/);
  await dialog.getByLabel("Name").fill("first circuit");
  await dialog.getByLabel("Name").press("Tab");
  await press(page, "Escape");
  await shelf.getByRole("article", { name: "first circuit" }).waitFor();

  for (const name of ["first circuit", "Lens"]) await shelf.getByLabel(`Choose ${name} for a comparison`).check();
  await shelf.getByRole("button", { name: "Compare 2" }).click();
  await dialog.getByRole("row", { name: /^instrument Lens Circuit/ }).waitFor();
  await dialog.getByRole("button", { name: "Table and difference" }).click();
  await dialog.getByText("They have no table in common").waitFor();
  await press(page, "Escape");

  // The bar goes elsewhere; the card is marked, and opening it comes back.
  await pickTask(page, "Gendered pronoun");
  await shelf.getByText("other task").waitFor();
  await shelf.getByRole("button", { name: "Open first circuit" }).click();
  await expect.poll(() => shelf.getByText("other task").count()).toBe(0);
  expect(await page.locator("[role=tab][aria-selected=true]").textContent()).toContain("Circuit");
  expect(await page.getByLabel("held out", { exact: true }).inputValue()).toBe("16");

  await page.getByRole("button", { name: "More for Lens" }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await expect.poll(() => cards.count()).toBe(1);
  await shelf.getByRole("button", { name: "Have it back" }).click();
  await expect.poll(() => cards.count()).toBe(2);
  await page.reload();
  await expect.poll(() => cards.count()).toBe(2);
}

/** A search is stopped and gone on with from the tray, while another instrument is shown, and opened from there. */
export async function workTheTray(page: Page): Promise<void> {
  await openIoi(page, 64);
  await startRun(page);
  await showTab(page, "lens");
  await page.getByRole("button", { name: /^Jobs: 1 under way/ }).click();
  const tray = page.locator(".tray");
  await tray.getByRole("button", { name: "Stop Circuit · ioi" }).click();
  await tray.getByText("Stopped", { exact: true }).waitFor();
  await tray.getByRole("button", { name: "Resume Circuit · ioi" }).click();
  await tray.getByText("Finished", { exact: true }).waitFor();
  await tray.getByRole("button", { name: "Show Circuit · ioi" }).click();
  await page.locator("[role=tab][aria-selected=true]", { hasText: "Circuit" }).waitFor();
  await press(page, "Escape");

  await pickTask(page, "Gendered pronoun");
  await page.getByText("shown: ioi, sprig").waitFor();
  const label = page.locator(".rail .name", { hasText: /^Lens$/ });
  await press(page, "l");
  await label.waitFor({ state: "hidden" });
  await press(page, "l");
  await label.waitFor();
}

/**
 * A small dictionary of the embedded model: trained, opened, searched by a text, labelled, steered with, and judged.
 *
 * @returns the text of the file of its features
 */
export async function lookAtFeatures(page: Page): Promise<string> {
  await showTab(page, "features");
  const views = page.getByRole("group", { name: "Views of the dictionary" });
  const pane = page.locator(".pane");
  await views.getByRole("button", { name: "Train" }).click();
  await page.getByRole("spinbutton", { name: "features" }).fill("64");
  await page.getByRole("spinbutton", { name: "steps" }).fill("40");
  await pane.locator("form").getByRole("button", { name: "Train", exact: true }).click();
  await page.getByRole("img", { name: "loss" }).waitFor();
  await page.getByRole("button", { name: "Open it" }).click();
  await page.getByText("64 features (TopK) at residPost of layer 2 of sprig").waitFor();

  await page.getByRole("combobox", { name: "By" }).selectOption({ label: "active here, silent there" });
  await page.getByRole("textbox", { name: "Active in this text" }).fill("In order: Tuesday, Wednesday");
  await page.getByRole("button", { name: "List features" }).click();
  const map = page.getByRole("table", { name: "Features over the tokens of the text" });
  await map.getByRole("button").first().click();
  await page.getByRole("textbox", { name: "Label" }).fill("order");
  await page.getByRole("button", { name: "Keep the label" }).click();
  await page.getByRole("table", { name: "List features" }).getByText("order").waitFor();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Save its JSON" }).click(),
  ]);

  await page.getByRole("button", { name: "Steer with it" }).click();
  await page.getByRole("textbox", { name: "Text that the model goes on with" }).fill("In order: Tuesday, Wednesday");
  await page.getByRole("spinbutton", { name: "Tokens" }).fill("2");
  await page.getByRole("textbox", { name: "strengths" }).fill("0, 2");
  await pane.locator("form").getByRole("button", { name: "Steer", exact: true }).click();
  const doses = page.getByRole("table", { name: "What each strength does and costs" }).locator("tbody tr");
  await doses.first().waitFor();
  expect(await doses.locator(".kl").allTextContents()).toEqual(["0.000", expect.stringMatching(/^[1-9]|0\.\d*[1-9]/)]);

  await views.getByRole("button", { name: "Judge" }).click();
  await page.getByRole("button", { name: "Judge", exact: true }).last().click();
  await page.getByRole("table", { name: "What the model loses" }).waitFor();
  expect(await page.getByRole("row", { name: /^L0, features in a state/ }).textContent()).toMatch(/8\.00$/);
  return readFileSync(await download.path(), "utf8");
}

/**
 * Needs the embedded model and the page in English; the circuit that is exported gives the command line the same figures.
 *
 * @param home folder for the exported circuit
 * @param exported what comes of an entry of the menu of exports, and of a file in the dialog that it may open
 */
export async function pruneToExport(
  page: Page,
  home: string,
  exported: (entry: RegExp, file?: string | RegExp) => Promise<Exported>,
): Promise<void> {
  await takeExamples(page, 24);
  await startRun(page);
  await finished(page);
  const heads = await listedHeads(page);
  expect(heads.length === 5 || heads.length === 6).toBe(true);

  await showTab(page, "circuit");
  await press(page, "Home");
  await expect.poll(() => page.inputValue("input[type=range]")).toBe("0");
  await press(page, "End");

  await press(page, "/");
  await page.keyboard.type(heads.at(-1)!);
  await press(page, "Enter", "Escape");
  await page.locator(".right .arcs").waitFor();
  await page.getByRole("button", { name: "difference" }).click();
  await expect.poll(() => page.locator(".right .arcs path").count()).toBeGreaterThan(0);

  await press(page, "a", "m");
  const status = page.locator(".right [role=status]", { hasText: "f " });
  await expect.poll(async () => Number(/[\d.]+/.exec((await status.textContent())!)![0])).toBeLessThan(0.95);
  await press(page, "Control+z");

  const circuit = await exported(/^Circuit/);
  expect(circuit.name).toBe("ioi-sprig.circuit.json");
  const file = join(home, circuit.name);
  writeFileSync(file, circuit.text, "latin1");
  const { results, kept } = parseCircuit(readFileSync(file, "utf8"), file);
  expect(kept.heads).toEqual(heads);
  const svg = await exported(/^Picture/, "Save SVG");
  expect(heads.filter((head) => !svg.text.includes(`<g id="${head}"`))).toEqual([]);
  expect((await exported(/^Picture/, "Save PDF")).text.slice(0, 5)).toBe("%PDF-");
  expect((await exported(/^Picture/, /^Save PNG/)).text.slice(1, 4)).toBe("PNG");
  const command = ["dist/cli.mjs", "evaluate", "tasks/ioi.yaml", "--circuit", file, "--random", "1", "--json"];
  const printed = execFileSync(process.execPath, command, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  const { results: measured } = JSON.parse(printed) as { results: { heldOut: { faithfulness: number } } };
  expect(measured.heldOut.faithfulness).toBeCloseTo(results!.heldOut!.faithfulness, 5);

  await page.getByLabel("criterion").selectOption("at-least");
  await startRun(page);
  await finished(page);
  await showTab(page, "runs");
  await page.getByRole("button", { name: "Compare" }).first().click();
  await showTab(page, "circuit");
  await expect.poll(() => page.locator(".side.both").textContent()).toMatch(/in both: \d/);
}
