// Hashes: SHA-256 of bytes for identity, a 32-bit one of strings for seeds and splits.
import { createHash } from "node:crypto";

/** SHA-256, lower-case hexadecimal. */
export function sha256(bytes: Uint8Array | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** The first 32 bits of SHA-256, as an unsigned integer: well mixed, the same on every machine. */
export function hash32(text: string): number {
  return createHash("sha256").update(text).digest().readUInt32BE(0);
}
