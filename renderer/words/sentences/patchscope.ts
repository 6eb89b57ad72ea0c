// What the engine says on patchscopes, in Chinese.
export const patchscope = {
  'Position 0 of the source is an attention sink: its state is up to {0} times as long as those of other tokens and says nothing of its word. Put words before it, as in "Many people visit Brazil".':
    "来源的位置 0 是注意力汇：其状态长达其他词元的 {0} 倍，与它的词无关。请在前面加上词，如 “Many people visit Brazil”。",
  "The text is empty; there is nothing to take a state from.": "文本为空；没有可取的状态。",
  "{0} has {1} tokens, from 0; there is no token {2}.": "{0} 有 {1} 个词元，从 0 起；没有词元 {2}。",
  "There is no {0} in {1}.": "{1} 中没有 {0}。",
  "A token reaches over the end of {0} in {1}. Name a part that ends with a word.":
    "{1} 中有词元跨过 {0} 的末尾。请指名以词结尾的部分。",
  template: "模板",
  Templates: "模板",
};
