// Runs seeded mutations of every kind of file: each is read, or refused by a sentence.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Random } from "../../engine/base/random.ts";
import { type FileKind, fileKinds, isSentence } from "./kinds.ts";
import { mutateBytes, mutateJson } from "./mutation.ts";

export interface Outcome {
  readonly kind: string;
  readonly read: number;
  readonly refused: number;
  /** What was neither: the file, and what was thrown. */
  readonly faults: readonly { readonly path: string; readonly thrown: string }[];
}

/**
 * @param folder of a test's own; files that were neither read nor refused stay there
 * @param count mutations over all kinds
 */
export function fuzz(folder: string, count: number, seed: number): Outcome[] {
  mkdirSync(folder, { recursive: true });
  const kinds = fileKinds(folder);
  return kinds.map((kind, index) => {
    const share = Math.floor(count / kinds.length) + (index < count % kinds.length ? 1 : 0);
    return fuzzKind(kind, join(folder, String(index)), share, seed);
  });
}

function fuzzKind(kind: FileKind, folder: string, count: number, seed: number): Outcome {
  const random = Random.seeded(seed, kind.name);
  const documents = kind.isJson ? kind.whole.map((bytes) => JSON.parse(bytes.toString("utf8")) as unknown) : [];
  const faults: Outcome["faults"][number][] = [];
  let [read, refused] = [0, 0];
  mkdirSync(folder, { recursive: true });
  kind.whole.forEach((bytes, which) => {
    writeFileSync(join(folder, kind.file), bytes);
    kind.use(join(folder, kind.file), bytes, which);
  });
  for (let i = 0; i < count; i++) {
    const which = random.below(kind.whole.length);
    const byValue = documents.length > 0 && random.below(3) > 0;
    const bytes = byValue
      ? Buffer.from(JSON.stringify(mutateJson(documents[which], random)) ?? "")
      : mutateBytes(kind.whole[which]!, random);
    const path = join(folder, kind.file);
    writeFileSync(path, bytes);
    try {
      kind.use(path, bytes, which);
      read++;
    } catch (error) {
      if (isSentence(error)) refused++;
      else {
        const kept = join(folder, `fault-${i}-${kind.file}`);
        writeFileSync(kept, bytes);
        faults.push({ path: kept, thrown: error instanceof Error ? (error.stack ?? error.message) : String(error) });
      }
    }
  }
  return { kind: kind.name, read, refused, faults };
}
