// The part of the page's address behind "#": read, written as the step of the browser's history that it is, travelled.

export const addressPart = (): string => window.location.hash;

/** @param at number of the step among the page's own @param isNew whether it is a step behind the one that is shown */
export function writeAddressPart(part: string, at: number, isNew: boolean): void {
  const { pathname, search } = window.location;
  const address = `${pathname}${search}${part === "" ? "" : `#${part}`}`;
  if (isNew) history.pushState({ at }, "", address);
  else history.replaceState({ at }, "", address);
}

/** The number that a step was given; undefined for one that a person wrote into the address. */
export function travelledTo(state: unknown): number | undefined {
  const at = (state as { readonly at?: unknown } | null)?.at;
  return typeof at === "number" ? at : undefined;
}

/** The number of the step that is shown. */
export const presentStep = (): number | undefined => travelledTo(history.state);

export function goTo(by: number): void {
  history.go(by);
}
