// Reading the components of a tokenizer.json: a type each, and sentences for what is unknown or not as it should be.
import { z } from "zod";
import { EngineError } from "../base/errors.ts";
import { say, type Sentence } from "../base/sentence.ts";

/** Far above any real tokenizer, far below what a stack holds. */
const DEEPEST = 16;

/** A part of a tokenizer.json, where it stands and how deep. */
export class Component {
  constructor(
    readonly json: unknown,
    readonly file: string,
    readonly path: string,
    private readonly depth = 0,
  ) {}

  get type(): string {
    return this.read(z.looseObject({ type: z.string() })).type;
  }

  /** @throws EngineError "invalid-file" naming the field */
  read<T>(schema: z.ZodType<T>): T {
    const parsed = schema.safeParse(this.json);
    if (parsed.success) return parsed.data;
    const { path, message } = parsed.error.issues[0]!;
    const where = [...(this.path === "" ? [] : [this.path]), ...path].join(".");
    throw this.wrong(say`${where === "" ? say`it` : say`"${where}"`} is not as in a tokenizer.json: ${message}`);
  }

  /** The parts of a sequence. */
  parts(field: string): Component[] {
    if (this.depth >= DEEPEST) throw this.wrong(say`"${this.path}" is nested more than ${DEEPEST} times`);
    const { [field]: list } = this.read(z.looseObject({ [field]: z.array(z.unknown()).max(1000) }));
    return (list as unknown[]).map(
      (json, i) => new Component(json, this.file, `${this.path}.${field}.${i}`, this.depth + 1),
    );
  }

  wrong(problem: Sentence): EngineError {
    return new EngineError("invalid-file", say`${this.file}: ${problem}.`, { place: { file: this.file } });
  }

  unsupported(what: Sentence): EngineError {
    return new EngineError("unsupported", say`${this.file}: "${this.path}" is ${what}, which is not supported.`, {
      place: { file: this.file },
    });
  }
}
