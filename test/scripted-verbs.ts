// Verbs for tests of jobs: "lens" works until it is told to end, "generate" too and can be gone on with from its ledger.
import { say } from "../engine/base/sentence.ts";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { EngineError } from "../engine/base/errors.ts";
import type { GenerateResult } from "../engine/choices/generate.ts";
import type { LensResult } from "../engine/choices/lens.ts";
import { EVERY_VERB } from "../engine/sweep/every-verb.ts";
import type { Work } from "../engine/verbs/verb.ts";

/** What a test does to the work that is under way. */
export class Script {
  /** Names of the works that have begun, in their order. */
  readonly begun: string[] = [];
  private readonly works = new Map<string, { readonly work: Work<never>; readonly end: (failure?: Error) => void }>();
  private readonly waits: (() => void)[] = [];

  readonly verbs: typeof EVERY_VERB = {
    ...EVERY_VERB,
    lens: { ...EVERY_VERB.lens, run: async ({ text }, work) => (await this.until(text!, work), LENS) },
    generate: {
      ...EVERY_VERB.generate,
      resumes: () => true,
      stages: () => [{ name: "writing", share: 1 }],
      run: async ({ text }, work) => {
        const { file, goOn } = work.ledger;
        if (existsSync(file) !== goOn) throw new Error("goes on from a ledger that is not there");
        appendFileSync(file, `${text}\n`);
        await this.until(text!, work);
        return {
          ...GENERATED,
          notes: readFileSync(file, "utf8")
            .split("\n")
            .slice(0, -1)
            .map((line) => say`${line}`),
        };
      },
    },
  };

  /** Work that is under way. */
  work(name: string): Work<never> {
    return this.works.get(name)!.work;
  }

  end(name: string, failure?: Error): void {
    this.works.get(name)!.end(failure);
  }

  /** Resolves once so many works have begun. */
  async has(count: number): Promise<void> {
    while (this.begun.length < count) await new Promise<void>((resolve) => this.waits.push(resolve));
  }

  private until(name: string, work: Work<never>): Promise<void> {
    this.begun.push(name);
    for (const tell of this.waits.splice(0)) tell();
    return new Promise((resolve, reject) => {
      const stop = () => reject(new EngineError("cancelled", say`Stopped on request.`));
      work.signal.addEventListener("abort", stop, { once: true });
      this.works.set(name, { work, end: (failure) => (failure ? reject(failure) : resolve()) });
    });
  }
}

const reading = {
  top: [{ id: 1, logit: -0, logProbability: -Infinity }],
  tokens: [],
  entropy: NaN,
  kl: { to: 0, from: 0 },
};

export const LENS: LensResult = {
  modelName: "sprig",
  points: [{ site: "residPost", layer: 0 }],
  prompts: [{ text: "a", ids: [1], tokens: ["a"] }],
  places: [{ prompt: 0, position: 0, readings: [reading] }],
  words: [],
  traces: [{ label: "right", mean: [1], intervals: [undefined], other: [0], first: [1] }],
  masses: [],
  texts: { 1: "a" },
  notes: [],
};

const GENERATED: GenerateResult = {
  modelName: "sprig",
  prompt: { text: "a", ids: [1] },
  samples: [{ tokens: [], text: " b", ended: "length" }],
  fired: [],
  notes: [],
};
