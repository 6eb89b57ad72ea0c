// What a failed call is thrown as: the engine's sentence with its code, its place and every problem of a file.
import type { WireError } from "../../engine/contract.ts";
import { readSpoken } from "./spoken.ts";

/** A call that failed, in the engine's own words. */
export class CallFailure extends Error {
  constructor(readonly wire: WireError) {
    super(wire.message);
    this.name = "CallFailure";
  }
}

/** Reads what came over the wire, whatever it is. */
export function toWireError(thrown: unknown): WireError {
  if (thrown instanceof CallFailure) return thrown.wire;
  if (typeof thrown !== "object" || thrown === null) return { code: "internal", message: String(thrown) };
  const { code, message, place, problems } = thrown as Partial<WireError>;
  const said = readSpoken((thrown as Partial<WireError>).said);
  return {
    code: code ?? "internal",
    message: message ?? "",
    ...(said && { said }),
    ...(place && { place }),
    ...(problems && { problems }),
  };
}
