// What the engine says on corpora, in Chinese.
export const corpus = {
  "the share that is held out is {0}; it must lie between 0 and 1.": "留出的份额为 {0}；必须在 0 到 1 之间。",
  '{0}:{1}: the text has {2} tokens, and the model reads {3} at most. Shorten it, or read the file as running text (form "text"), which is cut into parts.':
    "{0}:{1}：文本有 {2} 个词元，而模型最多读 {3} 个。请缩短，或作为连续文本（form 为 “text”）读取，那样会切成段。",
  "{0}: has {1} tokens for discovery and {2} held out, and {3} and {4} are needed. Give more texts.":
    "{0}：发现集有 {1} 个词元，留出集有 {2} 个，而需要 {3} 和 {4} 个。请给出更多文本。",
  text: "文本",
  "{0}: is not UTF-8 text somewhere after line {1}. Save it as UTF-8.":
    "{0}：第 {1} 行之后有内容不是 UTF-8 文本。请保存为 UTF-8。",
  "{0}:{1}: the line has more than {2} characters, which is the most that one line may have. Break it into lines.":
    "{0}:{1}：该行超过 {2} 个字符，即一行的上限。请分成多行。",
  "is not JSON; a corpus of form jsonl has one JSON object on every line.":
    "不是 JSON；jsonl 形式的语料每行是一个 JSON 对象。",
  'is neither a JSON object with a field "{0}" nor a text.': "既不是有字段 “{0}” 的 JSON 对象，也不是文本。",
  'has no field "{0}"': "没有字段 “{0}”",
  'has a field "{0}" that is no text': "的字段 “{0}” 不是文本",
  "{0}; its fields are {1}.": "{0}；它的字段有 {1}。",
  none: "无",
};
