// What the engine says on calls, in Chinese.
export const wire = {
  "Give a text.": "请给出文本。",
  "Give a text of 1 to 10000 characters.": "请给出 1 到 10000 个字符的文本。",
  "Give { file }, or { name, text }.": "请给出 { file } 或 { name, text }。",
  "Give an object of settings.": "请给出设置的对象。",
  "Give a text of at most 10000 characters.": "请给出最多 10000 个字符的文本。",
  "Only calls of the engine's contract are answered here.": "此处只回答引擎约定中的调用。",
  'The engine has no call "{0}".': "引擎没有调用 “{0}”。",
  "{0} takes {1} arguments, not {2}.": "{0} 需要 {1} 个参数，而不是 {2} 个。",
  "argument {0} of {1}": "{1} 的参数 {0}",
};
