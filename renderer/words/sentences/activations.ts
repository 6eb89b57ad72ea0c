// What the engine says on plans of runs and their places, in Chinese.
export const activations = {
  "The vector {0} that the plan names was not handed over with it.": "未随计划提供计划所指名的向量 {0}。",
  "The dictionary {0} that the plan names was not handed over with it.": "未随计划提供计划所指名的字典 {0}。",
  "is zero": "为零",
  "is a sum of multiples of those before it": "是前面各向量的倍数之和",
  "Vector {0} of a basis {1}, so it is no direction. Leave it out.": "基的第 {0} 个向量{1}，因此不是方向。请去掉它。",
  "Stopped on request.": "已按要求停止。",
  "the prompt has {0} tokens and {1} reads at most {2}; shorten it.":
    "提示有 {0} 个词元，而 {1} 最多读 {2} 个；请缩短。",
  "there is no token {0}; {1} has {2}, from 0.": "没有词元 {0}；{1} 有 {2} 个，从 0 起。",
  "{0} of {1} tokens leaves no prompt; at least one token is not generated.":
    "{1} 个词元中有 {0} 个是生成的，没有剩下提示；至少要有一个词元不是生成的。",
  '"{0}" has a meaning of its own; give the position another name.': "“{0}” 另有含义；请给该位置换一个名称。",
  "is {0}; the prompt has positions 0 to {1}.": "为 {0}；提示的位置为 0 到 {1}。",
  "generated tokens begin at {0}": "生成的词元从 {0} 开始",
  "the prompt ends before {0}": "提示在 {0} 之前结束",
  'touches nothing: no position {0} is of step "{1}"; {2}.': "没有触及任何位置：步骤 “{1}” 中没有位置 {0}；{2}。",
  "patterns of generated tokens grow with every token; only zero can be put into them.":
    "生成词元的注意力模式随每个词元增长；只能放入零。",
  "there is no world {0}; the plan has {1}, from 0.": "没有世界 {0}；计划有 {1}，从 0 起。",
  world: "个世界",
  worlds: "个世界",
  "there is no layer {0}; {1} has layers 0 to {2}.": "没有第 {0} 层；{1} 的层为 0 到 {2}。",
  "there is no {0} {1} at {2}; a layer of {3} has {4} 0 to {5}.": "{2} 处没有{0} {1}；{3} 每层的{4}为 0 到 {5}。",
  "it names {0}": "它指名的有 {0}",
  "it names none": "它没有指名任何位置",
  'world {0} has no position called {1}; {2}. Write one of these, "all", "end" or an index.':
    "世界 {0} 没有名为 {1} 的位置；{2}。请写其中之一、“all”、“end” 或序号。",
  "world {0} has no position {1}; it has positions 0 to {2}.": "世界 {0} 没有位置 {1}；位置为 0 到 {2}。",
  "the dictionary has features 0 to {0}": "字典的特征为 0 到 {0}",
  "there is no feature {0}; {1}.": "没有特征 {0}；{1}。",
  "is {0} numbers wide and what it meets is {1} wide; both must be of one width.":
    "宽 {0} 个数，而与之相接的宽 {1} 个；两者宽度必须相同。",
  "gives {0} {1}, and generated tokens are as many as come; give one for all of them.":
    "给出 {0} 个{1}，而生成的词元数目不定；请只给一个，用于全部。",
  "gives {0} {1} for {2}; give one for each, or one for all.": "为 {2}给出 {0} 个{1}；请各给一个，或只给一个用于全部。",
  position: "个位置",
  positions: "个位置",
  rows: "行",
  "a pattern has one entry for each key, so it can only take the place of a pattern.":
    "注意力模式对每个键有一项，因此只能替代注意力模式。",
  "rows of a pattern are of different length, so they have no mean.": "注意力模式各行长度不同，因此没有均值。",
  "world {0} has no tokens beside generated ones; say which of its positions to take.":
    "世界 {0} 除生成的词元外没有词元；请说明取它的哪些位置。",
  "rows of world {0}": "世界 {0} 的行",
  "world {0} needs {1} of layer {2} of world {3} for its {4} of layer {5}":
    "世界 {0} 需要世界 {3} 第 {2} 层的 {1}，用于其第 {5} 层的 {4}",
  "; and {0} more": "；另有 {0} 处",
  "Take such values from a further world with the same prompt and without these changes.":
    "请从另一个提示相同、没有这些改动的世界取这些值。",
  "the worlds wait for one another: {0}{1}. {2}": "各世界互相等待：{0}{1}。{2}",
  "{0}: {1}": "{0}：{1}",
  "Change {0} ({1} at {2} of layer {3}, {4})": "改动 {0}（第 {3} 层 {2} 处的 {1}，{4}）",
  "{0} touched nothing: no token that it holds for was run.": "{0}没有触及任何位置：没有运行它所针对的词元。",
  "{0} moved nothing: what it puts in is what stands there.": "{0}没有改变任何值：放入的正是原有的值。",
  "{0} is not seen by anything that the plan reads.": "计划所读的内容看不到{0}。",
  dimension: "维度",
  dimensions: "维度",
  head: "头",
  heads: "头",
  "key-value head": "键值头",
  "key-value heads": "键值头",
  neuron: "神经元",
  neurons: "神经元",
  "changes[{0}]: none of the worlds that its mean is over has a position {1}.":
    "changes[{0}]：求均值的世界中没有一个有位置 {1}。",
  "A value of {0} numbers does not fit the {1} that it should replace.": "{0} 个数的值放不进它要替代的 {1} 个数。",
  "There is no world {0} to go on with; the plan has {1}, from 0.": "没有可继续的世界 {0}；计划有 {1} 个，从 0 起。",
  "There is no token {0}; {1} has {2}, from 0.": "没有词元 {0}；{1} 有 {2} 个，从 0 起。",
  "The text has {0} tokens and {1} reads at most {2}; it ends here.":
    "文本有 {0} 个词元，而 {1} 最多读 {2} 个；到此为止。",
};
