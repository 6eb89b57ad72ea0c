// The part of the page's address behind "#": read, written without a new step in the browser's history, watched.

export const addressPart = (): string => window.location.hash;

export function writeAddressPart(part: string): void {
  const { pathname, search } = window.location;
  history.replaceState(history.state, "", `${pathname}${search}${part === "" ? "" : `#${part}`}`);
}
