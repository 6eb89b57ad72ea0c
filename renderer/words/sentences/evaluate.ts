// What the engine says on measuring circuits, in Chinese.
export const evaluate = {
  "top-1 accuracy ≥ {0} of the model's": "top-1 准确率 ≥ 模型的 {0}",
  "KL ≤ {0} × KL(model‖∅)": "KL ≤ {0} × KL(模型‖∅)",
  "|1 − f| ≤ {0} and {1}": "|1 − f| ≤ {0} 且 {1}",
  "f ≥ {0} and {1}": "f ≥ {0} 且 {1}",
  logits: "logit",
  probability: "概率",
  nats: "奈特",
  "Full model and empty circuit differ by only {0} {1} (standard error {2}, {3} examples), so faithfulness would be a ratio of noise. Use a corruption that changes the answer, another ablation, or a model that can do the task.":
    "完整模型与空电路只差 {0} {1}（标准误 {2}，{3} 个样本），忠实度将只是噪声之比。请改用会改变答案的损坏方式、另一种消融，或能完成此任务的模型。",
  "No neutral text has a second token, so there is nothing to measure.": "没有一条中性文本有第二个词元，因此无可测量。",
};
