// Help and tables of verbs that have no pane of their own, in Chinese.
export const verbs = {
  "Fits this lens: tuned or jacobian.": "拟合哪种透镜：tuned 或 jacobian。",
  "Fits on this corpus: a text file with a sentence or a paragraph a line, or JSONL.":
    "用于拟合的语料：每行一句或一段的文本文件，或 JSONL。",
  "Writes the lens there, as safetensors.": "透镜以 safetensors 格式写到此处。",
  "Trains a tuned lens for so many steps.": "tuned 透镜训练多少步。",
  "Learns from so many tokens in a step (tuned).": "每一步从多少个词元学习（tuned）。",
  "Averages the derivatives over so many texts (jacobian).": "对多少条文本的导数取平均（jacobian）。",
  "Cuts each text to so many tokens (jacobian).": "每条文本截到多少个词元（jacobian）。",
  "Leaves out so many positions at the front of each text, where attention sinks stand (jacobian).":
    "略去每条文本开头的多少个位置，注意力汇聚点就在那里（jacobian）。",
  "Draws the texts from this seed.": "按此随机种子抽取文本。",
  "Begins texts with the beginning-of-text token as the tokenizer does by itself, always or never.":
    "文本是否以起始词元开头：按分词器自身规则、总是或从不。",
  "{0}: KL(model ‖ lens) in nats at the ends of {1} texts that the lens has not seen; fitted on {2} texts, written to {3}":
    "{0}：在透镜没有见过的 {1} 条文本末尾，KL(模型 ‖ 透镜)，单位奈特；在 {2} 条文本上拟合，写入 {3}",
  state: "状态",
  "logit lens": "logit 透镜",
  "{0} lens": "{0} 透镜",
};
