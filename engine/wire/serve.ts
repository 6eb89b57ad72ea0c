// Lets a client at the other end of a line call the engine.
import { expose, type Endpoint } from "comlink";
import type { EngineApi } from "../contract.ts";
import { wireError } from "./wire-error.ts";

/** Errors are thrown as plain data: Comlink would drop their code and place. */
export function serveEngine(api: EngineApi, endpoint: Endpoint): void {
  const carried = Object.entries(api).map(([name, call]) => [
    name,
    async (...args: unknown[]): Promise<unknown> => {
      try {
        return await (call as (...args: unknown[]) => Promise<unknown>)(...args);
      } catch (error) {
        throw wireError(error);
      }
    },
  ]);
  expose(Object.fromEntries(carried), endpoint);
}
