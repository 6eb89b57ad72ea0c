// What the engine says on studies of neurons, in Chinese.
export const neuron = {
  "There are {0} places, and {1} can be ranked at once. Take fewer texts, or fewer places of each.":
    "有 {0} 个位置，而一次只能给 {1} 个排名。请减少文本，或减少每条文本的位置。",
  "--pattern: {0} takes longer than 10 s on these texts; write a simpler one.":
    "--pattern：{0} 在这些文本上超过 10 秒；请写得简单些。",
  "--pattern: {0} is no regular expression ({1}).": "--pattern：{0} 不是正则表达式（{1}）。",
  "{0}: {1} is {2} tokens here ({3}). Name one token, with the space that it begins with, or use --pattern.":
    "{0}：{1} 在此是 {2} 个词元（{3}）。请指名一个词元，连同它开头的空格，或使用 --pattern。",
  '{0}:{1}: "[[" is never closed by "]]".': "{0}:{1}：“[[” 没有用 “]]” 关闭。",
};
