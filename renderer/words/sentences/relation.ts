// What the engine says on relations, in Chinese.
export const relation = {
  '{0}: subject "{1}": {2}.': "{0}：主体 “{1}”：{2}。",
  "{0} of {1} left out, such as {2}": "{1} 个中有 {0} 个未用，如 {2}",
  "the prompt has {0} tokens, the model reads {1} at most": "提示有 {0} 个词元，而模型最多读 {1} 个",
  "no token covers it": "没有词元覆盖它",
  'the tokenizer cannot write its object "{0}" after it': "分词器无法在其后写出客体 “{0}”",
  '"weights" is no plain file name: "{0}"': "“weights” 不是普通文件名：“{0}”",
  '{0} should hold "{1}" of shape [{2}], and has [{3}]': "{0} 应有形状为 [{2}] 的 “{1}”，而它为 [{3}]",
  "{0}: {1}. Write it again with secateur relation.": "{0}：{1}。请用 secateur relation 重新写出。",
  "{0}: {1} itself answers {2} of {3} subjects, and {4} are needed to fit on {5}, choose and test. Try another --template, --shots, fewer --samples or another model.":
    "{0}：{1} 自己只答对 {3} 个主体中的 {2} 个，而在 {5} 个上拟合、选择并测试需要 {4} 个。请换一个 --template、--shots，减少 --samples，或换一个模型。",
};
