// What the engine says on scores and patching, in Chinese.
export const score = {
  "There are no examples to patch.": "没有可修补的样本。",
  "Site {0} cannot be patched by {1}; that goes for {2}.": "位置 {0} 不能按 {1} 修补；可以按此修补的有 {2}。",
  "Denoising puts in values of the clean run, so it takes no {0} ablation; use noising.":
    "恢复（denoising）放入干净运行的值，因此不用 {0} 消融；请用 noising。",
  "A mean of {0} over positions means nothing; ablate z instead{1}.": "{0} 对各位置的均值没有意义；请消融 z{1}。",
  ", or take means per position": "，或按位置取均值",
  "The model has layers 0 to {0}, so no layer {1}.": "模型的层为 0 到 {0}，没有第 {1} 层。",
  "An MLP has neurons 0 to {0}, so no neuron {1}.": "每个 MLP 的神经元为 0 到 {0}，没有神经元 {1}。",
  "There are no examples to score.": "没有可评分的样本。",
  "There are no examples to learn a mask on.": "没有可学习掩码的样本。",
  "Integrated gradients need a whole number of steps from 1, not {0}.":
    "积分梯度的步数须为不小于 1 的整数，而不是 {0}。",
  "Conductance goes from a corrupt run of the model to the clean one, and what {0} ablation gives is of no run; choose --ablation {1}, or --method integrated-gradients.":
    "传导度从模型的损坏运行走到干净运行，而 {0} 消融给出的值不属于任何一次运行；请选择 --ablation {1}，或 --method integrated-gradients。",
  "Optimal ablation has constants for the embedding, heads (z), MLPs (mlpOut) and neurons (hidden), none for {0}; choose one of these sites, or another ablation.":
    "最优消融的常数用于嵌入、头（z）、MLP（mlpOut）和神经元（hidden），不用于 {0}；请选择其中一个位置，或另一种消融。",
  "There are no examples to learn constants on.": "没有可学习常数的样本。",
  "its prompts have {0} tokens; take indices from 0 to {1}, or named positions":
    "其提示有 {0} 个词元；请取 0 到 {1} 的序号，或命名位置",
  "it has {0}; name one of these, or use an index": "它有 {0}；请指名其中之一，或用序号",
  "no named positions": "没有命名位置",
  "Example {0} has no position {1}: {2}.": "样本 {0} 没有位置 {1}：{2}。",
  "The prompts differ in length and share no named position, so there is no common set of positions. Name positions in the task.":
    "各提示长度不同，也没有共同的命名位置，因此没有一组公共位置。请在任务中命名位置。",
  "An integer programme takes scores of single examples, and what {0} ablation gives is of all of them; choose --ablation {1}, or --selection greedy.":
    "整数规划使用单个样本的分数，而 {0} 消融给出的值取自全部样本；请选择 --ablation {1}，或 --selection greedy。",
  "Scores are bootstrapped over {0} different prompts, and it takes at least {1}; ask for more with --examples.":
    "分数在 {0} 个不同的提示上自助重采样，而至少需要 {1} 个；请用 --examples 要求更多。",
  "An integer programme over {0} edges would take hours, it takes at most {1}; name a circuit of fewer nodes with --among, or choose --selection greedy.":
    "{0} 条边的整数规划要数小时，最多 {1} 条；请用 --among 指名节点较少的电路，或选择 --selection greedy。",
};
