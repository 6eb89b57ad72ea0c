// Which beginnings of token sequences have been seen: what a model makes of a position depends on the tokens up to it alone, so that
// a beginning seen twice says nothing new.

/** 16 bytes a beginning: a table of 64-bit hashes, at most half full. Two beginnings of ten million share one by a chance of 3e-6. */
export class Beginnings {
  private table = new Uint32Array(2 * 1024);
  private count = 0;

  /** Number of beginnings seen. */
  get size(): number {
    return this.count;
  }

  /** Adds every beginning of a sequence. @returns how many of them, the shortest first, were there before */
  add(ids: readonly number[]): number {
    let known = 0;
    let [high, low] = [0x9e3779b9, 0x85ebca6b];
    for (const id of ids) {
      high = mixed(high ^ id, 0x7feb352d);
      low = mixed((low + high) ^ Math.imul(id, 0x27d4eb2f), 0x846ca68b);
      // Two zeros mark a free place.
      if (this.insert(high, low === 0 && high === 0 ? 1 : low)) continue;
      known++;
    }
    return known;
  }

  /** @returns whether it is new */
  private insert(high: number, low: number): boolean {
    if (2 * (this.count + 1) > this.table.length / 2) this.grow();
    if (!place(this.table, high >>> 0, low >>> 0)) return false;
    this.count++;
    return true;
  }

  private grow(): void {
    const larger = new Uint32Array(2 * this.table.length);
    for (let at = 0; at < this.table.length; at += 2) {
      if (this.table[at] !== 0 || this.table[at + 1] !== 0) place(larger, this.table[at], this.table[at + 1]);
    }
    this.table = larger;
  }
}

/** @returns false where it stands already */
function place(table: Uint32Array, high: number, low: number): boolean {
  const mask = table.length / 2 - 1;
  for (let slot = low & mask; ; slot = (slot + 1) & mask) {
    if (table[2 * slot] === 0 && table[2 * slot + 1] === 0) {
      table[2 * slot] = high;
      table[2 * slot + 1] = low;
      return true;
    }
    if (table[2 * slot] === high && table[2 * slot + 1] === low) return false;
  }
}

/** A 32-bit integer hash: Murmur3's finaliser with another factor. */
function mixed(x: number, factor: number): number {
  let h = x ^ (x >>> 16);
  h = Math.imul(h, factor);
  h ^= h >>> 15;
  h = Math.imul(h, 0x2c1b3c6d);
  return h ^ (h >>> 12);
}
