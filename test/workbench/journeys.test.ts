// Whole journeys through the page on the real engine and the embedded model.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page, WebSocketRoute } from "playwright";
import { readNeuronpedia } from "../../engine/choices/neuronpedia-feature.ts";
import { edgesOfEapIg, parseEapIg } from "../../engine/circuit/exports/eap-ig.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseCircuit } from "../../engine/circuit/circuit-file.ts";
import {
  type Exported,
  finished,
  followTheGuide,
  keepOnShelf,
  listedHeads,
  lookAtFeatures,
  measureEdges,
  openIoi,
  pickTask,
  press,
  pruneToExport,
  showTab,
  startRun,
  steerFromSets,
  studyNeurons,
  workByKeys,
  workTheTray,
} from "../journey.ts";
import { browserReason, keepBrowser, launch } from "./browser.ts";
import { type RealServer, serveReal } from "./serve-real.ts";

let server: RealServer;

/** Text of a file that is exported through the menu. */
async function exported(page: Page, entry: RegExp, file?: string | RegExp): Promise<Exported> {
  await page.locator("header").getByRole("button", { name: "Export" }).click();
  const item = page.getByRole("menuitem", { name: entry });
  if (file !== undefined) await item.click();
  const button = file === undefined ? item : page.getByRole("dialog").getByRole("button", { name: file });
  const [download] = await Promise.all([page.waitForEvent("download"), button.click()]);
  if (file !== undefined) await page.keyboard.press("Escape");
  return { name: download.suggestedFilename(), text: readFileSync(await download.path(), "latin1") };
}

describe.skipIf(browserReason !== "")(`the page over the real engine${browserReason}`, () => {
  beforeAll(keepBrowser);
  beforeAll(async () => {
    server = await serveReal();
  });
  afterAll(() => server?.close());

  test("prune to the end, scrub, inspect, ablate, compare, export; the command line measures the same", async () => {
    const { page, complaints, close } = await launch(server.address);
    await pruneToExport(page, server.home, (entry, file) => exported(page, entry, file));
    expect(complaints).toEqual([]);
    await close();
  });

  test("every run is a card: named, compared, opened with its context, deleted and had back, and there after a reload", async () => {
    const own = await serveReal();
    const { page, complaints, close } = await launch(own.address);
    await keepOnShelf(page);
    await page.getByRole("button", { name: "More for first circuit" }).click();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("menuitem", { name: "Export its tables as CSV" }).click(),
    ]);
    expect(readFileSync(await download.path(), "utf8")).toMatch(
      /^"?nodes: the change of the metric when each is ablated"?\r?\nnode,role,effect,low,high\r?\n/,
    );
    expect(complaints).toEqual([]);
    await close();
    await own.close();
  });

  test("by keys alone: a task is opened and run, a step gone back, a head taken out, the circuit saved", async () => {
    const { page, complaints, close } = await launch(server.address);
    await workByKeys(page, async (keys) => {
      const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press(keys)]);
      return readFileSync(await download.path(), "utf8");
    });
    expect(complaints).toEqual([]);
    await close();
  });

  test("the guided first run does each of its steps, and an instrument without a result makes its first one from an example", async () => {
    const own = await serveReal();
    const { page, complaints, close } = await launch(own.address);
    await followTheGuide(page);
    await openIoi(page, 16);
    const panel = page.locator("[role=tabpanel]");
    const stop = panel.getByRole("button", { name: "Stop", exact: true });
    /** What comes of the button of an empty pane; of what takes longer, that it has begun. */
    const results = {
      text: page.getByText("the model can read no more"),
      steer: page.getByRole("spinbutton", { name: /^coefficient, exactly/ }),
      runs: page.locator("[role=tabpanel][data-tab=runs] tbody tr.chosen"),
      statistics: stop,
      relations: stop,
    } as const;
    const example = panel.getByRole("button", { name: "Try an example" });
    for (const [tab, result] of Object.entries(results) as [keyof typeof results, typeof stop][]) {
      await showTab(page, tab);
      await example.click();
      await result.waitFor();
      expect([tab, await example.count()]).toEqual([tab, 0]);
      if (result === stop) await stop.click();
    }
    expect(complaints).toEqual([]);
    await close();
    await own.close();
  });

  test("the tray stops and goes on with what another instrument shows, the bar changes the task, and the sides fold away", async () => {
    const own = await serveReal();
    const { page, complaints, close } = await launch(own.address);
    await workTheTray(page);
    expect(complaints).toEqual([]);
    await close();
    await own.close();
  });

  test("stopped and resumed, with the line to the page cut in between: the circuit of an undisturbed run", async () => {
    const own = await serveReal();
    const lines: WebSocketRoute[] = [];
    const { page, close } = await launch(own.address, {}, (page) =>
      page.routeWebSocket(/\/ws$/, (line) => {
        line.connectToServer();
        lines.push(line);
      }),
    );
    await openIoi(page, 64);
    await startRun(page);
    await finished(page);
    const undisturbed = await listedHeads(page);

    await showTab(page, "circuit");
    await startRun(page);
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByRole("button", { name: "Resume" }).click();
    await page.getByRole("button", { name: "Stop" }).waitFor();
    await Promise.all([page.waitForSelector(".engine:not(.ready)"), lines.at(-1)!.close()]);
    await page.waitForSelector(".engine.ready");
    await finished(page);
    expect(await listedHeads(page)).toEqual(undisturbed);
    await close();
    await own.close();
  });

  test("effects by position: what a cell can reach stays lit, and the numbers are saved as a table", async () => {
    const { page, complaints, close } = await launch(server.address);
    await openIoi(page, 16);
    await startRun(page);
    await finished(page);
    await showTab(page, "effects");
    await page.getByRole("button", { name: "layer × position" }).click();
    const cell = page.getByRole("button", { name: /^1 S2 / });
    await cell.click();
    const lit = () =>
      page
        .locator(".pane tbody tr")
        .evaluateAll((rows) =>
          rows.map((row) =>
            [...row.querySelectorAll("td")].map((td) => (td.classList.contains("dim") ? "." : "x")).join(""),
          ),
        );
    const columns = (await page.locator(".pane thead th").allTextContents()).slice(1);
    const at = columns.indexOf("S2");
    const cone = "x".repeat(columns.length - at).padStart(columns.length, ".");
    const own = "x".padStart(at + 1, ".").padEnd(columns.length, ".");
    // Four layers: above the cell's own the whole cone is lit.
    await expect.poll(lit).toEqual([".".repeat(columns.length), own, cone, cone]);
    await page.getByRole("button", { name: "Save drawing…" }).click();
    const save = page.getByRole("dialog").getByRole("button", { name: "Save its numbers (CSV)" });
    const [download] = await Promise.all([page.waitForEvent("download"), save.click()]);
    expect(download.suggestedFilename()).toBe("ioi-sprig-residPre-noising.csv");
    const lines = readFileSync(await download.path(), "utf8")
      .trim()
      .split("\r\n");
    expect(lines[0]).toBe(["layer", ...columns].join(","));
    expect(lines.slice(1).map((line) => line.split(",").length)).toEqual(Array(4).fill(columns.length + 1));
    expect(complaints).toEqual([]);
    await close();
  });

  test("curves of two orders and both searches are measured and listed, and can be stopped", async () => {
    const { page, complaints, close } = await launch(server.address);
    await openIoi(page, 16);
    await page.getByRole("tab", { name: "Curves" }).click();
    const orders = page.getByRole("group", { name: "Orders" });
    for (const name of [
      "attribution",
      "integrated gradients",
      "conductance",
      "IG of activations",
      "clean and corrupt",
      "learned masks",
      "matryoshka",
    ]) {
      await orders.getByRole("button", { name, exact: true }).click();
    }
    await orders.getByRole("button", { name: "Measure the curves" }).click();
    await orders.getByRole("button", { name: "Stop" }).click();
    await orders.getByRole("button", { name: "Measure the curves" }).click();
    await page.getByRole("img", { name: /^Faithfulness by number/ }).waitFor();
    const rows = () =>
      page
        .locator(".pane tbody tr")
        .evaluateAll((trs) => trs.map((tr) => [...tr.children].map((td) => td.textContent.trim())));
    const names = async () => (await rows()).map(([, name]) => name);
    await expect.poll(names).toEqual(["single effects", "random", "greedy, exact", "learned masks, then exact"]);
    const [effects, random] = (await rows()).map(([, , size]) => Number(size));
    expect(effects).toBeLessThan(random);
    expect(complaints).toEqual([]);
    await close();
  });

  test("a prompt goes on token by token, another token takes the place of one, and the lens reads where the answer comes up", async () => {
    const { page, complaints, close } = await launch(server.address);
    await showTab(page, "task");
    await page.locator(".pane .pair").first().click();
    await page.getByRole("button", { name: "Go on with this prompt" }).click();
    await page.getByLabel("Tokens").fill("6");
    await page.getByRole("button", { name: "Write" }).click();
    await page.getByText("Click a token").waitFor();
    const tokens = page.locator(".said .token");
    const written = await tokens.allTextContents();
    expect(written.length).toBeGreaterThan(1);
    await tokens.first().click();
    const other = page.getByRole("menuitem").nth(1);
    const instead = (await other.locator(".mono").textContent())!.replace("␣", " ");
    await other.click();
    await expect.poll(() => tokens.first().textContent()).toBe(instead);
    await page.getByText("Click a token").waitFor();

    await showTab(page, "task");
    await page.locator(".pane .pair").first().click();
    await page.getByRole("button", { name: "Read with the lens" }).click();
    await page.getByRole("button", { name: "Read", exact: true }).click();
    const top = page.locator(".maps tbody tr").first();
    await top.waitFor();
    // The last state is the model: what it says at the end is what it wrote first.
    await expect.poll(() => top.locator("td").last().textContent()).toBe(written[0]!.replace(/^ /, "␣"));
    await top.locator("td button").last().click();
    await page.locator(".pane [role=status] button").first().click();
    await page.getByRole("img", { name: "1/rank by layer" }).waitFor();
    await page.getByLabel("Second text").fill("When Mary and John went to the store, Mary gave a drink to");
    await page.getByRole("button", { name: "Read", exact: true }).click();
    await page.getByRole("button", { name: "Difference" }).click();
    await page.getByText("The second text’s value less the first’s").waitFor();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save as CSV" }).click(),
    ]);
    expect(readFileSync(await download.path(), "utf8").split("\r\n")[0]).toMatch(
      /^prompt,position,token,site,layer,top,p,/,
    );
    expect(complaints).toEqual([]);
    await close();
  });

  test("neurons are studied: a page with three steps, and all of them in a table of which only what is seen is in the page", async () => {
    const { page, complaints, close } = await launch(server.address);
    await studyNeurons(page);
    expect(complaints).toEqual([]);
    await close();
  });

  test("a dictionary is trained in the window, its features searched, labelled, saved, steered with and judged", async () => {
    const { page, complaints, close } = await launch(server.address);
    const file = "features.json";
    const saved = readNeuronpedia(file, await lookAtFeatures(page));
    expect(saved).toMatchObject([{ model: "sprig", source: "2-dictionary", page: { label: "order" } }]);
    expect(complaints).toEqual([]);
    await close();
  });

  test("a direction is made, steers a text beside the clean one, is swept and judged, and saved as a file that is taken again", async () => {
    const { page, complaints, close } = await launch(server.address);
    await steerFromSets(page, server.home);
    expect(complaints).toEqual([]);
    await close();
  });

  test("a state dragged from the lens is put into another prompt, each cell goes on to write, and a transplant says up to where", async () => {
    const { page, complaints, close } = await launch(server.address);
    await showTab(page, "lens");
    await page.locator(".texts textarea").first().fill("The capital of Poland is");
    await page.getByLabel("Second text").fill("The capital of France is");
    await page.getByRole("button", { name: "Read", exact: true }).click();
    const maps = page.locator(".maps table");
    await maps.nth(1).waitFor();
    // The beginning-of-text token is the first one; "Poland" and "France" are the fifth.
    const cell = maps.nth(0).getByRole("button", { name: /^residPre 1, ␣Poland/ });
    await cell.dragTo(maps.nth(1).locator("thead th").nth(5));
    await page.getByText("at “␣France”, token 4").waitFor();
    await page.getByLabel("Follow").fill("Warsaw");
    await page.getByRole("button", { name: "Put in" }).click();
    const grid = page.getByRole("table", { name: "What the prompt says, by source layer and target layer" });
    await grid.waitFor();
    expect(await grid.locator("tbody td").allTextContents()).toEqual([
      "␣Warsaw",
      "␣Warsaw",
      "␣Paris",
      "␣Paris",
      "␣Paris",
    ]);
    await page.getByText("With the states of 20 random words: 0% on average").waitFor();
    await grid.getByRole("button", { name: "1, 1: ␣Warsaw" }).click();
    await page.locator(".said", { hasText: "… Warsaw" }).waitFor();
    await page.getByRole("button", { name: "Save drawing…" }).click();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("dialog").getByRole("button", { name: "Save SVG" }).click(),
    ]);
    expect(readFileSync(await download.path(), "utf8")).toContain(
      "the state at “Poland” of “The capital of Poland is”",
    );
    await page.keyboard.press("Escape");

    await page.getByRole("button", { name: "Relation transplant" }).click();
    await page.getByRole("combobox", { name: /^Relation/ }).selectOption({ label: "Capital of a country" });
    await page.getByRole("button", { name: "Transplant", exact: true }).click();
    await page.getByText("Up to layer 1, chosen on the first half").waitFor();
    await page.getByRole("img", { name: "Share of subjects whose answer comes along" }).waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test("a neuron's memory, questions in two hops, and an edit of facts whose patch the model goes on with", async () => {
    const { page, complaints, close } = await launch(server.address);
    await showTab(page, "memories");
    await page.getByLabel("At the end of").fill("The capital of Poland is");
    await page.getByRole("button", { name: "Read memories" }).click();
    await page.getByText("What adds to the logit of “␣Warsaw”").waitFor();
    const bars = page.getByRole("img", { name: "What each layer’s attention and MLP add" }).locator("rect title");
    expect(await bars.count()).toBe(1 + 2 * 4 + 1);
    const lists = page.getByRole("table", { name: "Most coherent lists" }).locator("tbody tr");
    expect(await lists.count()).toBe(20);
    const neuron = (await lists.first().getByRole("button").textContent())!;
    await lists.first().getByRole("button").click();
    await page.locator("[role=tabpanel][data-tab=neurons]", { hasText: neuron }).waitFor();

    await showTab(page, "twoHop");
    await page.getByRole("spinbutton", { name: "questions" }).fill("8");
    await page.getByRole("button", { name: "Ask", exact: true }).click();
    await page
      .getByText(/^At least one of the 6 pairs of layers mends \d of the \d wrong questions .* over 20 draws/)
      .waitFor();
    await page.getByRole("img", { name: "Share of questions decoded, by layer" }).waitFor();

    await showTab(page, "edit");
    await page.getByRole("combobox", { name: "Method" }).selectOption("rank-one");
    await page.getByRole("spinbutton", { name: "facts" }).fill("2");
    await page.getByRole("button", { name: "Edit", exact: true }).click();
    const edits = page.getByRole("table", { name: "Edits, each of one fact" }).locator("tbody tr");
    await edits.first().getByText("new answer").waitFor();
    const file = join(server.home, "france.safetensors");
    await page.getByLabel("Patch file").fill(file);
    await edits.first().getByRole("button", { name: "Write the patch" }).click();
    await page.getByText(`Written: ${file}`).waitFor();
    await page.getByRole("button", { name: "Write with the edited model" }).click();
    await page.getByLabel("Tokens").fill("1");
    await page.getByRole("button", { name: "Write", exact: true }).click();
    await expect.poll(() => page.locator(".said .token").first().textContent()).toBe(" Rome");
    expect(complaints).toEqual([]);
    await close();
  });

  test("a sweep is one card with a matrix: a cell has its mean, its jobs open as runs, the matrix is saved, and it opens again from the shelf", async () => {
    const { page, complaints, close } = await launch(server.address);
    const file = join(server.home, "two-by-two.yaml");
    const lines = [
      "name: two-by-two",
      "verb: prune",
      `tasks: [${join(process.cwd(), "tasks/ioi.yaml")}]`,
      "seeds: [0, 1]",
      "grid: { ablation: [resample, zero] }",
      "settings: { units: [head], examples: { discovery: 8, heldOut: 8 }, random: 0, parts: false, roles: false, connections: false }",
    ];
    writeFileSync(file, lines.join("\n"));
    await showTab(page, "sweep");
    const [chooser] = await Promise.all([
      page.waitForEvent("filechooser"),
      page
        .locator("[role=tabpanel][data-tab=sweep]")
        .getByRole("button", { name: /^Open a file/ })
        .click(),
    ]);
    await chooser.setFiles(file);
    await expect
      .poll(() => page.getByRole("combobox", { name: "Sweep", exact: true }).inputValue())
      .toMatch(/two-by-two/);
    await page.getByRole("button", { name: "Run", exact: true }).click();
    await page.getByText("4 jobs finished, 0 failed, 0 missing").waitFor();
    await page.getByText("Means over the jobs of each cell with 95% intervals.").waitFor();
    const matrix = page.getByRole("table", { name: "What each cell of the sweep has found" });
    await page.getByRole("combobox", { name: "Rows" }).selectOption("task");
    await page.getByRole("combobox", { name: "Columns" }).selectOption("ablation");
    await page.getByRole("combobox", { name: "Figure" }).selectOption("kept");
    await expect.poll(() => matrix.locator("tbody button").count()).toBe(2);
    await matrix.getByRole("button", { name: /^ioi · zero: / }).click();
    const jobs = page.getByRole("table", { name: "Jobs of the chosen cell" }).locator("tbody tr");
    await expect.poll(() => jobs.count()).toBe(2);
    const cells = await jobs.evaluateAll((rows) => rows.map((row) => row.querySelectorAll("td")[3]!.textContent));
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.locator("[role=tabpanel][data-tab=sweep]").getByRole("button", { name: "Save as CSV" }).click(),
    ]);
    const table = readFileSync(await download.path(), "utf8")
      .trim()
      .split(/\r?\n/);
    const mean = (Number(cells[0]) + Number(cells[1])) / 2;
    expect(table.at(-1)).toBe(`ioi,zero,2,2,0,${mean},,`);
    await jobs.nth(1).getByRole("button", { name: "Open" }).click();
    // The page goes to the run of its own accord: who goes elsewhere before it did is called back.
    await page.locator("[role=tab][aria-selected=true]", { hasText: "Circuit" }).waitFor();
    await expect.poll(async () => (await listedHeads(page)).length).toBe(Number(cells[1]));
    await page.getByRole("button", { name: /^Results \(/ }).click();
    const shelf = page.getByRole("region", { name: "Results" });
    await shelf.getByText("two-by-two: 4 of 4 jobs of prune").waitFor();
    await shelf.getByRole("button", { name: "Open Sweep · two-by-two" }).click();
    await matrix.waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test("circuits of edges by two methods are measured, drawn and saved as a graph that is read back", async () => {
    const { page, complaints, close } = await launch(server.address);
    await measureEdges(page);
    const shown = Number(/\d+ edges/.exec((await page.locator(".pane .list h3").textContent())!)![0].split(" ")[0]);
    const save = page.getByRole("button", { name: "Save as EAP-IG / MIB graph" });
    const [download] = await Promise.all([page.waitForEvent("download"), save.click()]);
    expect(download.suggestedFilename()).toBe("ioi-sprig-attribution.eap-ig.json");
    const { kept, scores } = edgesOfEapIg(parseEapIg(readFileSync(await download.path(), "utf8"), "saved.json"));
    expect([kept.size, scores.length]).toEqual([shown, 1519]);
    await page.getByRole("button", { name: "Draw", exact: true }).click();
    await page.getByText(`Showing ${Math.min(shown, 200)} of ${shown} connections`).waitFor();
    await press(page, "e");
    await page.getByLabel("weights").selectOption("integrated-gradients");
    await page.locator(".legend", { hasText: "integrated gradients" }).waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test("edges are pruned among the shown circuit's nodes within a budget, and are there again from the session file", async () => {
    const { page, complaints, close } = await launch(server.address);
    await openIoi(page, 12);
    await page.getByRole("tab", { name: "Edges" }).click();
    const among = page.getByLabel("among the shown circuit’s nodes");
    await page.getByLabel("prune the smallest").check();
    await startRun(page);
    await finished(page);
    await page.getByRole("tab", { name: "Edges" }).click();
    await among.check();
    await page.getByLabel("trials at most").fill("9");
    await page.locator(".pane").getByRole("button", { name: "integrated gradients", exact: true }).click();
    await page.getByRole("button", { name: "Measure the edges" }).click();
    const pruned = page.locator(".pane .scroll tbody tr").nth(1);
    await pruned.getByText(/pruned from \d+, 9 circuits measured/).waitFor();
    const cells = await pruned.allInnerTexts();
    const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Control+s")]);
    const file = await download.path();
    await page.reload();
    await page.waitForSelector(".engine.ready");
    const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.keyboard.press("Control+o")]);
    await chooser.setFiles({ name: "x.secateur", mimeType: "application/json", buffer: readFileSync(file) });
    await page.getByRole("tab", { name: "Edges" }).click();
    await expect.poll(() => pruned.allInnerTexts()).toEqual(cells);
    expect(complaints).toEqual([]);
    await close();
  });

  test("a circuit from learned masks is searched for again and measured on another task, and exported with both", async () => {
    const { page, complaints, close } = await launch(server.address);
    await openIoi(page, 12);
    await page.getByLabel("confidence", { exact: true }).fill("0");
    await page.locator("form select", { hasText: "learned masks" }).selectOption("learned-masks");
    await startRun(page);
    await page.getByRole("status").filter({ hasText: "Learning masks" }).waitFor();
    await finished(page);
    await showTab(page, "statistics");
    await page.getByRole("textbox", { name: "discovery examples" }).fill("8");
    await page.getByRole("spinbutton", { name: "searches for each" }).fill("2");
    const again = page.getByRole("button", { name: "Search again" });
    await again.click();
    await page.getByRole("button", { name: "Stop", exact: true }).click();
    await again.click();
    await page
      .getByRole("status")
      .filter({ hasText: /1 of 2 searches/ })
      .waitFor();
    await page.getByRole("img", { name: /^Share of searches that hold/ }).waitFor();
    await page.getByText(/(of every search|on its held-out examples)\.$/).waitFor();
    const tasks = page.getByRole("group", { name: "Tasks to measure on" });
    await tasks.getByRole("button", { name: "Gendered pronoun" }).click();
    await page.getByRole("region", { name: "On other tasks" }).locator("select").selectOption("mean");
    const measure = page.getByRole("button", { name: "Measure on 1" });
    await measure.click();
    const row = page.getByRole("row", { name: /^pronoun / });
    await row.waitFor();
    await measure.waitFor();
    await expect.poll(() => row.locator("td").last().textContent()).toBe("mean (mean over 128 corrupt prompts)");
    const { text } = await exported(page, /^Circuit/);
    const { search, results } = parseCircuit(Buffer.from(text, "latin1").toString("utf8"), "exported");
    expect(search.start).toMatchObject({ method: "learned masks", examples: 12 });
    expect(results!.stability!.rows.map(({ discovery, kept }) => [discovery, kept.length])).toEqual([[8, 2]]);
    expect(results!.transfer).toMatchObject([{ task: "pronoun", ablation: { kind: "mean" }, split: "heldOut" }]);
    await showTab(page, "runs");
    await expect.poll(() => page.locator("tr.chosen td").nth(4).textContent()).toBe("learned masks");
    await page.getByRole("row", { name: /learned masks/ }).waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test("prompts are shown with and without the beginning-of-text token, as it is chosen", async () => {
    const { page, complaints, close } = await launch(server.address);
    await openIoi(page, 16);
    await page.getByRole("tab", { name: "Task" }).click();
    const first = page.locator(".pane .prompt").first();
    const choice = page.locator("form").getByLabel("beginning of text");
    await expect.poll(() => first.textContent()).toMatch(/^<\|endoftext\|>\S/);
    const begun = (await first.textContent())!;
    await choice.selectOption("never");
    await expect.poll(() => first.textContent()).toBe(begun.replace("<|endoftext|>", ""));
    await choice.selectOption("always");
    await expect.poll(() => first.textContent()).toBe(begun);
    expect(complaints).toEqual([]);
    await close();
  });

  test("a hidden neuron shows where in the prompts it is strongest and which words it writes", async () => {
    const { page, complaints, close } = await launch(server.address);
    await pickTask(page, "Indirect object identification");
    await page.evaluate('location.hash = "#node=m0.n5"');
    await page.locator(".right h3", { hasText: "Strongest at" }).waitFor();
    const rows = page.locator(".right section tbody tr");
    await rows.first().waitFor();
    const sizes = (await rows.locator("td.number").allTextContents()).map((text) =>
      Math.abs(Number(text.replace("−", "-"))),
    );
    expect(sizes.length).toBe(12);
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
    await rows.first().getByRole("button").click();
    await expect.poll(() => page.locator(".right h2").textContent()).toMatch(/^Prompt \d/);
    expect(complaints).toEqual([]);
    await close();
  });

  test("a model of one's own is put on the list, chosen, and taken off; what is none is refused with the reason", async () => {
    const { page, complaints, close } = await launch(server.address);
    await page.getByRole("button", { name: /^Model: / }).click();
    const picks = page.locator(".picks");
    await picks.getByText("Add one from this machine").click();
    const path = picks.getByLabel("Folder or .gguf file, where the engine runs");
    await path.fill("/nowhere/at-all");
    await picks.getByRole("button", { name: "Add", exact: true }).click();
    await picks.getByText("/nowhere/at-all: there is no such folder or file.").waitFor();
    await path.fill("models/sprig");
    await picks.getByRole("button", { name: "Add", exact: true }).click();
    const forget = picks.getByRole("button", { name: /^Take off the list/ });
    await forget.waitFor();
    await expect.poll(() => picks.getByRole("option", { name: /^sprig/ }).count()).toBe(2);
    await forget.click();
    await forget.waitFor({ state: "detached" });
    await expect.poll(() => picks.getByRole("option", { name: /^sprig/ }).count()).toBe(1);
    expect(complaints).toEqual([]);
    await close();
  });

  test("a task with mistakes is shown with each at its line, and opens once they are mended", async () => {
    const { page, complaints, close } = await launch(server.address);
    const open = async (text: string) => {
      await page.locator("header").getByRole("button", { name: "More", exact: true }).click();
      const open = page.getByRole("menuitem", { name: "Open a file" });
      const [chooser] = await Promise.all([page.waitForEvent("filechooser"), open.click()]);
      await chooser.setFiles({ name: "mine.yaml", mimeType: "text/yaml", buffer: Buffer.from(text) });
    };
    const whole = readFileSync("tasks/pronoun.yaml", "utf8");
    await open(whole.replace("criterion:", "criterium:").replace(/^threshold: .*$/m, "threshold: often"));
    const places = page.locator(".place");
    await places.first().waitFor();
    const lineOf = (text: string) => whole.split("\n").findIndex((line) => line.startsWith(text)) + 1;
    expect(
      (await places.allTextContents()).map((place) => Number(/:(\d+)/.exec(place)![1])).sort((a, b) => a - b),
    ).toEqual([lineOf("threshold:"), lineOf("criterion:")].sort((a, b) => a - b));
    await open(whole);
    await places.first().waitFor({ state: "detached" });
    expect(complaints).toEqual([]);
    await close();
  });
});
