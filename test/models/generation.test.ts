// Greedy paths against PyTorch, and the first step's nucleus (test/reference/generation says how they were made). Ids are equal where the
// top two logits lie further apart than float32 can move them: the smallest gap there is 4.2e-3, fifty times the deviation from float64.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { capture } from "../../engine/activations/capture.ts";
import { Packing } from "../../engine/activations/packing.ts";
import { PlanSession } from "../../engine/activations/plan-session.ts";
import { type ChatMessage, ChatTemplate } from "../../engine/generation/chat-template.ts";
import { generate, type GenerationSettings } from "../../engine/generation/generate.ts";
import { drawFrom, nucleus } from "../../engine/generation/sampler.ts";
import { logSumExp } from "../../engine/readout/distribution.ts";
import { logitsOf } from "../../engine/readout/logits.ts";
import { argMax } from "../../engine/readout/ranking.ts";
import { smollm2IsHere, smollm2Reason } from "../reference/smollm2.ts";
import { executorOf } from "./opened.ts";

interface Path {
  readonly ids_prompt: readonly number[];
  readonly greedy: { readonly ids: readonly number[]; readonly logp: readonly number[] };
  readonly text: string;
}

interface Reference {
  readonly n_new: number;
  readonly plain: readonly (Path & { readonly prompt: string })[];
  readonly chat: readonly (Path & { readonly messages: readonly ChatMessage[]; readonly templated: string })[];
  readonly sampling: {
    readonly temperature: number;
    readonly top_p: number;
    readonly prompts: readonly {
      readonly ids: readonly number[];
      readonly n_nucleus: number;
      readonly sorted_ids: readonly number[];
      readonly p: readonly number[];
      /** [u, token, distance of u from the nearest boundary] */
      readonly draws: readonly (readonly [number, number, number])[];
    }[];
  };
}

describe.each(["sprig", "smollm2"])("text of %s", (name) => {
  const here = name !== "smollm2" || smollm2IsHere;
  const reason = name === "smollm2" ? smollm2Reason : "";
  const reference = JSON.parse(
    readFileSync(new URL(`../reference/generation/generation-${name}.json`, import.meta.url), "utf8"),
  ) as Reference;
  const executor = here ? executorOf(name) : undefined;
  const model = executor?.model;
  const settings = (): GenerationSettings => ({
    sampling: { temperature: 0 },
    maxTokens: reference.n_new,
    stopIds: model!.speech().endIds,
    stopTexts: [],
    samples: 1,
    seed: 0,
    alternatives: 1,
  });

  // Float32 against float64 there: 1.9e-5.
  const expectNear = (logProbability: number, expected: number) =>
    expect(Math.abs(logProbability - expected)).toBeLessThan(1e-4);

  test.skipIf(!here)(`greedy tokens are PyTorch's, plain and as a chat${reason}`, async () => {
    for (const { ids_prompt, greedy } of [...reference.plain.slice(0, 1), ...reference.chat.slice(0, 1)]) {
      const plan = { worlds: [{ ids: [...ids_prompt] }], changes: [], read: [] };
      const [{ tokens }] = (await generate(executor!, plan, settings())).samples;
      expect(tokens.map(({ id }) => id)).toEqual(greedy.ids);
      tokens.forEach(({ logProbability }, step) => expectNear(logProbability, greedy.logp[step]));
    }
  });

  // All texts grow together, which takes a tenth of the time of one after another.
  test.skipIf(!here)(`the likeliest token is PyTorch's at every step of every text${reason}`, async () => {
    const paths = [...reference.plain, ...reference.chat];
    const plans = paths.map(({ ids_prompt }) => ({ worlds: [{ ids: [...ids_prompt] }], changes: [], read: [] }));
    const session = await PlanSession.open(executor!, plans);
    for (let step = 0; step < reference.n_new; step++) {
      const growing = paths.flatMap(({ greedy: { ids, logp } }, row) =>
        step < ids.length ? [{ row, id: ids[step], logp: logp[step], last: step + 1 === ids.length }] : [],
      );
      for (const { row, id, logp } of growing) {
        const logits = session.logits(row);
        expect(argMax(logits), `text ${row}, step ${step}`).toBe(id);
        expectNear(logits[id] - logSumExp(logits), logp);
      }
      const next = growing.filter(({ last }) => !last).map(({ row, id }) => ({ row, id }));
      if (next.length > 0) await session.next(next);
    }
  });

  test.skipIf(!here)(`the template and the tokenizer give the prompts that PyTorch read${reason}`, () => {
    const { tokenizer } = model!;
    for (const { prompt, ids_prompt } of reference.plain) expect(tokenizer.encode(prompt)).toEqual(ids_prompt);
    for (const { messages, templated, ids_prompt } of reference.chat) {
      expect(ChatTemplate.parse(model!.speech().chatTemplate!).render(messages)).toBe(templated);
      expect(tokenizer.encode(templated)).toEqual(ids_prompt);
    }
  });

  test.skipIf(!here)(`the nucleus and its draws are PyTorch's${reason}`, async () => {
    const { temperature, top_p: topP, prompts } = reference.sampling;
    for (const { ids, n_nucleus, sorted_ids, p, draws } of prompts) {
      const packing = Packing.ofLengths([ids.length]);
      const { residual } = await capture(executor!, packing, executor!.embed(ids, packing.positions), { sites: [] });
      const logits = await logitsOf(executor!, residual.slice(-model!.config.dModel));
      const cut = nucleus(logits, { temperature, topP });
      expect(cut.ids).toEqual(sorted_ids.slice(0, n_nucleus));
      cut.probabilities.forEach((probability, i) => expect(Math.abs(probability - p[i])).toBeLessThan(2e-5));
      const clear = draws.filter(([, , distance]) => distance >= 1e-5);
      expect(clear.map(([u]) => drawFrom(cut, u))).toEqual(clear.map(([, id]) => id));
    }
  });
});
