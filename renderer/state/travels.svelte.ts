// Back and forward: the places that one has looked at, as steps of the browser's own history.
import { addressPart, goTo, presentStep, travelledTo, writeAddressPart } from "../client/address.ts";
import { formatAddress, parseAddress } from "./view-address.ts";
import type { View } from "./view.ts";

/** A new one of these is a new place; a step of a run or a filter only changes the place at which one is. */
const placeOf = ({ tab, selection, drawn }: Pick<View, "tab" | "selection" | "drawn">): string =>
  JSON.stringify([tab, selection, drawn]);

/** Milliseconds for which a place must be at rest before its step or filter is written: browsers count how often that is done. */
const REST = 150;

export class Travels {
  /** Number of the place among those of this page. */
  private at = $state(0);
  private last = $state(0);
  private place: string | undefined;
  /** What is yet to be written of the place that is shown. */
  private unwritten: { readonly address: string; readonly timer: ReturnType<typeof setTimeout> } | undefined;

  get canGoBack(): boolean {
    return this.at > 0;
  }

  get canGoForward(): boolean {
    return this.at < this.last;
  }

  back(): void {
    this.write();
    goTo(-1);
  }

  forward(): void {
    this.write();
    goTo(1);
  }

  /** Writes what is shown into the address, as a new step where it is another place than before. */
  note(view: View): void {
    const place = placeOf(view);
    const isFirst = this.place === undefined;
    const isNew = !isFirst && place !== this.place;
    this.place = place;
    const address = formatAddress(view);
    if (isNew) this.write();
    // A page that is loaded again stands where it stood.
    if (isFirst) this.at = this.last = presentStep() ?? 0;
    else if (isNew) this.last = ++this.at;
    else return this.writeAtRest(address);
    writeAddressPart(address, this.at, isNew);
  }

  private writeAtRest(address: string): void {
    clearTimeout(this.unwritten?.timer);
    const isWritten = address === addressPart().slice(1);
    this.unwritten = isWritten ? undefined : { address, timer: setTimeout(() => this.write(), REST) };
  }

  private write(): void {
    const { unwritten } = this;
    if (!unwritten) return;
    clearTimeout(unwritten.timer);
    this.unwritten = undefined;
    writeAddressPart(unwritten.address, this.at, false);
  }

  /**
   * What the address shows after the browser went to another step, or after a person wrote into it.
   *
   * Going back takes nothing back that was done by hand; a written address pins what it says.
   */
  arrived(state: unknown): Partial<View> {
    clearTimeout(this.unwritten?.timer);
    this.unwritten = undefined;
    const { pinned, ...place } = parseAddress(addressPart());
    this.place = placeOf(place);
    const at = travelledTo(state);
    if (at !== undefined) {
      this.at = at;
      return place;
    }
    this.last = ++this.at;
    writeAddressPart(addressPart().slice(1), this.at, false);
    return { ...place, pinned };
  }
}
