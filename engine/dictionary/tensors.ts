// The tensors of a dictionary's file, asked for by name and shape: an orientation is never guessed.
import { EngineError } from "../base/errors.ts";
import { say, sayList, type Sentence } from "../base/sentence.ts";
import { readNpz } from "../formats/npz.ts";
import { SafetensorsFile } from "../formats/safetensors.ts";

export interface TensorSource {
  readonly file: string;
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  read(name: string): Float32Array;
}

/** @throws EngineError as the reader of the file's kind */
export function openTensors(file: string): TensorSource & { close(): void } {
  if (file.endsWith(".npz")) {
    const tensors = readNpz(file);
    return {
      file,
      shapes: new Map([...tensors].map(([name, { shape }]) => [name, shape])),
      read: (name) => tensors.get(name)!.data,
      close: () => undefined,
    };
  }
  const opened = SafetensorsFile.open(file);
  return {
    file,
    shapes: new Map([...opened.tensors].map(([name, { shape }]) => [name, shape])),
    read: (name) => {
      const { shape } = opened.tensors.get(name)!;
      return opened.readRows(name, 0, shape.length < 2 ? 1 : shape[0]);
    },
    close: () => opened.close(),
  };
}

/** Asks for tensors with their shapes. */
export class Tensors {
  constructor(private readonly source: TensorSource) {}

  get file(): string {
    return this.source.file;
  }

  has(name: string): boolean {
    return this.source.shapes.has(name);
  }

  /** @throws EngineError "invalid-file" where there is no such tensor */
  shape(name: string): readonly number[] {
    const shape = this.source.shapes.get(name);
    if (shape) return shape;
    const names = [...this.source.shapes.keys()].slice(0, 12);
    const there = names.length > 0 ? sayList(names, ", ") : say`none`;
    throw this.wrong(say`there is no tensor "${name}"; its tensors are ${there}`);
  }

  /** @throws EngineError "invalid-file" where it is of another shape, also where it is that one turned round */
  get(name: string, ...shape: readonly number[]): Float32Array {
    const found = this.shape(name);
    if (found.join() !== shape.join()) {
      throw this.wrong(
        say`tensor "${name}" is ${found.join(" × ") || say`one number`}, expected ${sayList(shape, " × ")}`,
      );
    }
    return this.source.read(name);
  }

  /** "rows columns" of a tensor that is stored as "columns rows". */
  turned(name: string, rows: number, columns: number): Float32Array {
    const stored = this.get(name, columns, rows);
    const turned = new Float32Array(rows * columns);
    for (let c = 0; c < columns; c++) for (let r = 0; r < rows; r++) turned[r * columns + c] = stored[c * rows + r];
    return turned;
  }

  wrong(problem: Sentence): EngineError {
    const sentence = say`${this.file}: ${problem}. Is it a dictionary of another kind, or damaged?`;
    return new EngineError("invalid-file", sentence, { place: { file: this.file } });
  }
}
