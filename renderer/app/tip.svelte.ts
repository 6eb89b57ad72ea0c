// The one tooltip: shown at the element that is pointed at or focused, described to readers of the screen.

class Tip {
  text = $state("");
  /** Where the element is, in pixels of the window. */
  place = $state.raw<{ readonly x: number; readonly top: number; readonly bottom: number } | undefined>(undefined);
}

export const tip = new Tip();
export const TIP_ID = "tip";

/** An attachment: `{@attach hint(() => words)}`. */
export function hint(text: () => string): (element: HTMLElement) => () => void {
  return (element) => {
    const show = () => {
      const { left, width, top, bottom } = element.getBoundingClientRect();
      tip.text = text();
      tip.place = { x: left + width / 2, top, bottom };
      element.setAttribute("aria-describedby", TIP_ID);
    };
    const hide = () => {
      tip.place = undefined;
      element.removeAttribute("aria-describedby");
    };
    const keyed = ({ key }: KeyboardEvent) => key === "Escape" && hide();
    element.addEventListener("pointerenter", show);
    element.addEventListener("focus", show);
    element.addEventListener("pointerleave", hide);
    element.addEventListener("blur", hide);
    element.addEventListener("keydown", keyed);
    return () => {
      // An element goes while its pane is drawn anew, when no state may change.
      queueMicrotask(hide);
      element.removeEventListener("pointerenter", show);
      element.removeEventListener("focus", show);
      element.removeEventListener("pointerleave", hide);
      element.removeEventListener("blur", hide);
      element.removeEventListener("keydown", keyed);
    };
  };
}
