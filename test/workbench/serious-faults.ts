// What axe finds wrong with a page. Contrast takes most of its time: of what looks alike it is measured once, where it first comes up.
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "playwright";

/** Pages that hold axe, half a megabyte, and measure contrast at what is marked. */
const holding = new WeakSet<Page>();

const MARK = "data-new-look";

async function hold(page: Page): Promise<void> {
  if (holding.has(page)) return;
  holding.add(page);
  await new AxeBuilder({ page }).setLegacyMode(true).withRules("document-title").analyze();
  await page.evaluate(`axe.configure({ rules: [{ id: "color-contrast", selector: "[${MARK}]" }] })`);
}

/**
 * Marks one element of every look that the page has not shown before. A look is all that contrast can depend on: names of elements and
 * styles, colours, letters and state, of an element and of all around it.
 */
function markNewLooks(page: Page): Promise<void> {
  return page.locator("html, body *").evaluateAll((elements, mark) => {
    const window = elements[0].ownerDocument.defaultView!;
    const kept = window as { looksSeen?: Map<string, number> };
    const seen = (kept.looksSeen ??= new Map<string, number>());
    const looks = new Map<unknown, number>();
    for (const element of elements) {
      const { color, fill, backgroundColor, backgroundImage, opacity, fontSize, fontWeight, textShadow } =
        window.getComputedStyle(element);
      const colours = [color, fill, backgroundColor, backgroundImage, opacity, fontSize, fontWeight, textShadow];
      const names = [element.tagName, element.getAttribute("class")];
      const says = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent!.trim() !== "");
      const state = [says, element.checkVisibility(), element.matches(":disabled, [aria-disabled=true]")];
      const look = [looks.get(element.parentElement), ...names, ...colours, ...state].join("|");
      element.toggleAttribute(mark, !seen.has(look));
      if (!seen.has(look)) seen.set(look, seen.size);
      looks.set(element, seen.get(look)!);
    }
  }, MARK);
}

/**
 * Serious and critical faults with their places, in the whole window.
 *
 * @param rules axe's names; all of them where none is given
 */
export async function seriousFaults(page: Page, rules: readonly string[] = []): Promise<readonly string[]> {
  await hold(page);
  await markNewLooks(page);
  // In the page itself: without frames of other origins, axe needs no page of its own for the summary, which takes long.
  const axe = new AxeBuilder({ page, axeSource: ";" }).setLegacyMode(true).options({ resultTypes: ["violations"] });
  if (rules.length > 0) axe.withRules([...rules]);
  const { violations } = await axe.analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
}
