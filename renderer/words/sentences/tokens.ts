// What the engine says on tokenizers, in Chinese.
export const tokens = {
  "{0} is not as in a tokenizer.json: {1}": "{0} 不合 tokenizer.json 的格式：{1}",
  it: "它",
  '"{0}" is nested more than {1} times': "“{0}” 嵌套超过 {1} 层",
  '{0}: "{1}" is {2}, which is not supported.': "{0}：“{1}” 为{2}，不支持。",
  'a decoder of type "{0}"': "类型为 “{0}” 的解码器",
  '{0}: its tokenizer is of kind "{1}", which is not supported in a GGUF, only "gpt2" (byte-level BPE) and "llama" (SentencePiece).':
    "{0}：其分词器的类型为 “{1}”，GGUF 中不支持，只支持 “gpt2”（字节级 BPE）和 “llama”（SentencePiece）。",
  '{0}: "tokenizer.ggml.scores" has {1} entries for {2} tokens.':
    "{0}：“tokenizer.ggml.scores” 有 {1} 项，而词元有 {2} 个。",
  '{0}: its tokenizer splits text as "{1}", which is not supported, only {2}.':
    "{0}：其分词器按 “{1}” 切分文本，不支持，只支持 {2}。",
  "{0}: the token {1} stands twice in its vocabulary.": "{0}：词元 {1} 在词表中出现两次。",
  '{0}: metadata "{1}" is {2}, but the vocabulary has {3} tokens.': "{0}：元数据 “{1}” 为 {2}，而词表有 {3} 个词元。",
  '{0}: its tokenizer puts {1} around every text, but metadata "tokenizer.ggml.{2}_token_id" is missing.':
    "{0}：其分词器在每条文本两端加上 {1}，而缺少元数据 “tokenizer.ggml.{2}_token_id”。",
  "{0}: id {1} belongs to two tokens, {2} and {3}.": "{0}：编号 {1} 属于两个词元，{2} 和 {3}。",
  'a tokenizer model of type "{0}", not BPE, Unigram or WordLevel':
    "类型为 “{0}” 的分词模型，不是 BPE、Unigram 或 WordLevel",
  "a tokenizer model with marks at the beginning or end of words": "在词的开头或结尾带标记的分词模型",
  "the merge {0} is not two tokens with a space between": "合并 {0} 不是以空格分开的两个词元",
  '"{0}.vocab" is not as in a tokenizer.json: it holds no ids by token':
    "“{0}.vocab” 不合 tokenizer.json 的格式：其中没有按词元的编号",
  '"{0}.vocab" is not as in a tokenizer.json: the id of {1} is no whole number from 0 to {2}':
    "“{0}.vocab” 不合 tokenizer.json 的格式：{1} 的编号不是 0 到 {2} 的整数",
  "{0} is not in the vocabulary of this tokenizer.": "{0} 不在此分词器的词表中。",
  'a normalizer of type "{0}"': "类型为 “{0}” 的规范化器",
  "the pattern {0} ({1})": "模式 {0}（{1}）",
  "the pattern {0}": "模式 {0}",
  "{0}: no beginning-of-text token is declared, so prompts cannot always begin with it; choose auto or never, or write the token into the prompts.":
    "{0}：没有声明文本开头的词元，因此提示不能总以它开头；请选择 auto 或 never，或将该词元写入提示。",
  "The token {0} has id {1}, but the model embeds {2} tokens; a prompt for it cannot hold this one.":
    "词元 {0} 的编号为 {1}，而模型只嵌入 {2} 个词元；它的提示不能含有这个词元。",
  "{0}: this tokenizer took more than {1} s for {2}, so one of its patterns does not end; use the tokenizer.json that was published with the model.":
    "{0}：此分词器处理 {2} 超过 {1} 秒，因此其中某个模式没有尽头；请使用随模型发布的 tokenizer.json。",
  "Token id {0} is not in the tokenizer, whose highest id is {1}.": "词元编号 {0} 不在分词器中，其最大编号为 {1}。",
  'a post-processor of type "{0}"': "类型为 “{0}” 的后处理器",
  '"{0}" puts {1} around a text, which is not among its special_tokens':
    "“{0}” 在文本两端加上 {1}，而它不在 special_tokens 中",
  '"{0}.single" has no place for the text': "“{0}.single” 中没有放文本之处",
  'a pre-tokenizer of type "{0}"': "类型为 “{0}” 的预分词器",
  '"{0}.precompiled_charsmap" is damaged': "“{0}.precompiled_charsmap” 已损坏",
};
