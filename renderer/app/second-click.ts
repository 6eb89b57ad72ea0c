// The second click of a double-click belongs to the button that the first one pressed, not to one that has come into its place since.

type Click = Pick<MouseEvent, "detail" | "preventDefault" | "stopImmediatePropagation"> & { readonly target: unknown };

let pressed: unknown;

/** Hears of a click before any button does, and takes away one that was meant for another: for Start, where Stop is now. */
export function guardSecondClick(event: Click): void {
  const button = (event.target as Partial<Element> | null)?.closest?.("button") ?? undefined;
  if (event.detail <= 1) {
    pressed = button;
  } else if (button !== undefined && button !== pressed) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }
}
