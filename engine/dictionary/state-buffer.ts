// States on disk in random order, so that a dictionary can be trained on more of them than memory holds.
import { closeSync, existsSync, openSync, readSync, statSync, writeSync } from "node:fs";
import { assertInternal, EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import { Random } from "../base/random.ts";

/** Rows that are read together: an epoch goes through blocks of so many in an order of its own. */
const blockRows = 32;

/**
 * A file of rows. Every row goes to a place drawn without replacement among all, so that rows that stand together come from all over
 * the corpus; each epoch then reads blocks of rows in another order.
 */
export class StateBuffer {
  private written = 0;
  private readonly places: Uint32Array;

  private constructor(
    private readonly file: string,
    private readonly descriptor: number,
    readonly rows: number,
    /** Numbers in a row: of the input, and behind it of the target where there is another one. */
    readonly width: number,
    private readonly seed: number,
  ) {
    const random = Random.seeded(seed, "state-buffer");
    this.places = Uint32Array.from({ length: rows }, (_, i) => i);
    for (let i = rows - 1; i > 0; i--) {
      const j = random.below(i + 1);
      [this.places[i], this.places[j]] = [this.places[j], this.places[i]];
    }
  }

  /** @throws EngineError "disk" */
  static create(file: string, rows: number, width: number, seed: number): StateBuffer {
    return new StateBuffer(file, descriptorOf(file, "w+"), rows, width, seed);
  }

  /** A file that was filled before; undefined where it is not there or not whole. */
  static open(file: string, rows: number, width: number, seed: number): StateBuffer | undefined {
    if (!existsSync(file) || statSync(file).size !== rows * width * 4) return undefined;
    const buffer = new StateBuffer(file, descriptorOf(file, "r"), rows, width, seed);
    buffer.written = rows;
    return buffer;
  }

  get full(): boolean {
    return this.written === this.rows;
  }

  /** @param parts each "row width of the part"; rows beyond the last place are left out */
  add(parts: readonly Float32Array[], widths: readonly number[]): void {
    const count = Math.min(parts[0].length / widths[0], this.rows - this.written);
    const row = new Float32Array(this.width);
    for (let r = 0; r < count; r++) {
      let at = 0;
      parts.forEach((part, p) => {
        row.set(part.subarray(r * widths[p], (r + 1) * widths[p]), at);
        at += widths[p];
      });
      this.write(row, this.places[this.written++]);
    }
  }

  /** Rows of the batch of one step; the last block of an epoch stays away where it is not whole. */
  batch(step: number, size: number): Float32Array {
    assertInternal(this.full, "a buffer is read before it is full");
    const out = new Float32Array(size * this.width);
    const blocks = Math.max(1, Math.floor(this.rows / blockRows));
    const perBatch = Math.max(1, Math.floor(size / blockRows));
    for (let b = 0; b < perBatch; b++) {
      const index = step * perBatch + b;
      const block = this.order(Math.floor(index / blocks), blocks)[index % blocks];
      const first = block * blockRows;
      const rows = Math.min(size - b * blockRows, blockRows);
      this.read(out.subarray(b * blockRows * this.width, (b * blockRows + rows) * this.width), first);
    }
    return out;
  }

  close(): void {
    closeSync(this.descriptor);
  }

  private epoch = { number: -1, order: [] as number[] };

  private order(epoch: number, blocks: number): readonly number[] {
    if (this.epoch.number !== epoch) {
      const all = Array.from({ length: blocks }, (_, i) => i);
      this.epoch = { number: epoch, order: Random.seeded(this.seed, `epoch ${epoch}`).shuffled(all) };
    }
    return this.epoch.order;
  }

  private write(row: Float32Array, place: number): void {
    try {
      writeSync(this.descriptor, bytesOf(row), 0, row.byteLength, place * row.byteLength);
    } catch (cause) {
      throw new EngineError("disk", say`${this.file}: cannot be written: ${(cause as Error).message}.`, {}, { cause });
    }
  }

  private read(rows: Float32Array, first: number): void {
    readSync(this.descriptor, bytesOf(rows), 0, rows.byteLength, first * this.width * 4);
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

function descriptorOf(file: string, flags: string): number {
  try {
    return openSync(file, flags);
  } catch (cause) {
    throw new EngineError("disk", say`${file}: cannot be opened: ${(cause as Error).message}.`, {}, { cause });
  }
}
