// What the engine says on generating text, in Chinese.
export const generation = {
  "does not parse": "无法解析",
  "does not end within {0} ms": "{0} 毫秒内没有结束",
  "refuses these messages": "拒绝这些消息",
  "{0}: the chat template {1}{2}. Give a plain text instead of a chat, or mend the template.":
    "{0}：聊天模板{1}{2}。请给出普通文本而不是聊天，或修改模板。",
  "The prompt has {0} tokens and {1} reads {2}; there is no room for another. Shorten it.":
    "提示有 {0} 个词元，而 {1} 读 {2} 个；没有余地再加一个。请缩短。",
};
