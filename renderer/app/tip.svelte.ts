// The one tooltip: shown at the element that is pointed at or focused, described to readers of the screen.

interface TipPlace {
  readonly x: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly side: TipSide;
}

/** Right of the element where what stands below it must be seen, such as the next line of a list. */
type TipSide = "below" | "right";

class Tip {
  text = $state("");
  /** Where the element is, in pixels of the window. */
  place = $state.raw<TipPlace | undefined>(undefined);
}

export const tip = new Tip();
export const TIP_ID = "tip";

/** The element that the tooltip is of. */
let owner: HTMLElement | undefined;

/** An attachment: `{@attach hint(() => words)}`. */
export function hint(text: () => string, side: TipSide = "below"): (element: HTMLElement) => () => void {
  return (element) => {
    const show = () => {
      const { left, width, right, top, bottom } = element.getBoundingClientRect();
      owner = element;
      tip.text = text();
      tip.place = { x: left + width / 2, right, top, bottom, side };
      element.setAttribute("aria-describedby", TIP_ID);
    };
    const hide = () => {
      element.removeAttribute("aria-describedby");
      if (owner === element) tip.place = undefined;
    };
    // An element that goes away blurs while its pane is being drawn, when no state may change.
    const hideSoon = () => queueMicrotask(hide);
    const keyed = ({ key }: KeyboardEvent) => key === "Escape" && hide();
    element.addEventListener("pointerenter", show);
    element.addEventListener("focus", show);
    element.addEventListener("pointerleave", hideSoon);
    element.addEventListener("blur", hideSoon);
    element.addEventListener("keydown", keyed);
    return () => {
      hideSoon();
      element.removeEventListener("pointerenter", show);
      element.removeEventListener("focus", show);
      element.removeEventListener("pointerleave", hideSoon);
      element.removeEventListener("blur", hideSoon);
      element.removeEventListener("keydown", keyed);
    };
  };
}
