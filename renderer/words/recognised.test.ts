import { expect, test } from "vitest";
import { recognised } from "./recognised.ts";
import { worded } from "./said.ts";
import { zh } from "./sentences/zh.ts";

/** In Chinese, or as it is. */
const inChinese = (text: string) => {
  const meant = recognised(text, zh);
  return meant ? worded(meant, zh) : text;
};

test("the text of a note is the sentence that it was made of, its holes and the sentences in them", () => {
  expect(
    inChinese("f = 1.044 on the held-out examples: the circuit overshoots the model (4.195 against 4.034 logits)."),
  ).toBe("在留出样本上 f = 1.044：电路超过了模型（4.195 对 4.034 logit）。");
  expect(
    inChinese(
      "The held-out figures miss the criterion (|1 − f| ≤ 0.1 and top-1 accuracy ≥ 90 % of the model's): f 1.200, accuracy 0.500 against the model's 0.700, KL 0.300 nats. More discovery examples make a circuit that generalises.",
    ),
  ).toBe(
    "留出样本上的数值不满足判据（|1 − f| ≤ 0.1 且 top-1 准确率 ≥ 模型的 90 %）：f 1.200，准确率 0.500，模型为 0.700，KL 0.300 奈特。发现样本更多，电路才能推广。",
  );
});

test("the sentence why a job failed is recognised with the sentences in it, and a table's column", () => {
  expect(
    inChinese(
      "Full model and empty circuit differ by only 0.0100 logits (standard error 0.0200, 8 examples), so faithfulness would be a ratio of noise. Use a corruption that changes the answer, another ablation, or a model that can do the task.",
    ),
  ).toBe(
    "完整模型与空电路只差 0.0100 logit（标准误 0.0200，8 个样本），忠实度将只是噪声之比。请改用会改变答案的损坏方式、另一种消融，或能完成此任务的模型。",
  );
  expect(["state", "jacobian lens"].map(inChinese)).toEqual(["状态", "jacobian 透镜"]);
});

test("of several sentences in one text each is recognised, and what is none of the engine's stays", () => {
  const few = "No interval: it takes at least 5 held-out examples; here: 3.";
  const own = inChinese(few);
  expect(own).not.toBe(few);
  const unverified = "The search stopped before a whole pass removed nothing; single units may still go.";
  expect(recognised(`${few} Said by nobody. ${unverified}`, zh)).toEqual({
    text: `${few} Said by nobody. ${unverified}`,
    template: " ",
    isList: true,
    values: [recognised(few, zh), "Said by nobody.", recognised(unverified, zh)],
  });
});

test("what the system says, a file's name and an empty text are no sentence, however short a template fits them", () => {
  for (const text of ["ENOENT: no such file or directory, open '/a or b/c'", "/home/me/a or b.json", "", "or"])
    expect([text, recognised(text, zh)]).toEqual([text, undefined]);
});
