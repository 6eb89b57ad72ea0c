// Whether the engine runs on another machine than the page, and how that machine is called.
import type { Hello } from "../../engine/contract.ts";

const OWN = new Set(["localhost", "127.0.0.1", "[::1]", "::1", ""]);

/**
 * The machine's name where it is another than the page's; undefined where it is the same.
 *
 * A page that comes through a tunnel has an address of its own machine: an engine that was started over SSH tells it.
 *
 * @param address host of the page's address; "" in the desktop app
 */
export function elsewhere({ machine }: Pick<Hello, "machine">, address: string): string | undefined {
  return machine.overSsh || !OWN.has(address) ? machine.name || address : undefined;
}
