// Answers that need no map: the commonest object, and the object whose unembedding lies next to the subject's.
import { greatest } from "../base/greatest.ts";
import { dot } from "./linear-map.ts";
import type { Study } from "./study.ts";

/** For each draw the commonest object among its training subjects, given to every test subject; "draw subject". */
export function majorityAnswers({ split, settings, known }: Study): number[][] {
  return split.seeds.map(({ order }) => {
    const counts = new Map<number, number>();
    for (const i of order.slice(0, settings.samples)) {
      counts.set(known[i].answer, (counts.get(known[i].answer) ?? 0) + 1);
    }
    const [commonest] = [...counts].sort(([, a], [, b]) => b - a)[0];
    return split.test.map(() => commonest);
  });
}

/**
 * For each test subject the object of the file whose row of W_U has the largest cosine with that of the subject's last token,
 * that token itself excepted; the same for every draw, "draw subject". Where it is right, the relation lies in the (tied) embedding.
 */
export function nearestAnswers({ executor, known, subjects, split }: Study): number[][] {
  const tokens = [...new Set(subjects.map(({ prompt }) => prompt.objectToken))];
  const candidates = tokens.map((token) => unit(executor.model.unembedRows([token])));
  const answers = split.test.map((i) => {
    const { ids, subjectPosition } = known[i].prompt;
    const own = unit(executor.model.unembedRows([ids[subjectPosition]]));
    const closeness = candidates.map((candidate, c) =>
      tokens[c] === ids[subjectPosition] ? -Infinity : dot(candidate, own),
    );
    return tokens[closeness.indexOf(greatest(closeness))];
  });
  return split.seeds.map(() => answers);
}

function unit(vector: Float32Array): Float64Array {
  const norm = Math.sqrt(dot(vector, vector));
  return Float64Array.from(vector, (x) => x / norm);
}
