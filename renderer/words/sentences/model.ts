// What the engine says on models and their download, in Chinese.
export const model = {
  '{0}: metadata "{1}" asks for something that {2} models do not have here. Use another model.':
    "{0}：元数据 “{1}” 要求的内容，此处的 {2} 模型没有。请使用另一个模型。",
  '{0}: rotary scaling "{1}" is not supported, only "linear" and Llama 3.1\'s.':
    "{0}：不支持旋转位置缩放 “{1}”，只支持 “linear” 和 Llama 3.1 的方式。",
  '{0}: tensor "{1}" has {2} factors, but {3} rotary dimensions have {4} frequencies.':
    "{0}：张量 “{1}” 有 {2} 个因子，而 {3} 个旋转维度有 {4} 个频率。",
  '"{0}" and "{1}" are one size, but differ': "“{0}” 与 “{1}” 是同一大小，却不相同",
  "cross-attention": "交叉注意力",
  "a model with quantised weights (quantization_config)": "权重经过量化的模型（quantization_config）",
  "Use the unquantised model or a GGUF": "请使用未量化的模型或 GGUF",
  '"{0}" is wrong: {1}': "“{0}” 有误：{1}",
  '"{0}" is {1}, expected {2}': "“{0}” 为 {1}，应为{2}",
  "Use another model": "请使用另一个模型",
  "{0}: {1} is not supported. {2}.": "{0}：不支持{1}。{2}。",
  'the activation "{0}"': "激活函数 “{0}”",
  "Supported are {0}": "支持的有 {0}",
  "rotary settings of their own for some layers ({0})": "某些层各自的旋转位置设置（{0}）",
  'rotary scaling "{0}"': "旋转位置缩放 “{0}”",
  'Supported are "linear", "llama3" and "dynamic"': "支持的有 “linear”、“llama3” 和 “dynamic”",
  "a scaled rotary embedding on {0} of each head (partial_rotary_factor)":
    "只用于每个头的 {0} 的缩放旋转位置（partial_rotary_factor）",
  '"layer_types" has {0} entries, but the config has {1} layers': "“layer_types” 有 {0} 项，而配置有 {1} 层",
  'a layer of type "{0}" (layer_types)': "类型为 “{0}” 的层（layer_types）",
  '"layer_types" asks for a window, but use_sliding_window and sliding_window give none':
    "“layer_types” 要求窗口，而 use_sliding_window 和 sliding_window 没有给出",
  "{0}: the model has {1} tokens, but its tokenizer gives ids up to {2}. Do the files belong to the same model?":
    "{0}：模型有 {1} 个词元，而其分词器给出的编号到 {2}。这些文件属于同一模型吗？",
  '{0}: there is no tensor "{1}". Is this one shard of several, or another architecture than its config says?':
    "{0}：没有张量 “{1}”。是否为多个分片之一，或架构与配置所说不同？",
  '{0}: tensor "{1}" has shape [{2}], but the config asks for [{3}].':
    "{0}：张量 “{1}” 的形状为 [{2}]，而配置要求 [{3}]。",
  "a width of {0} cannot be divided among {1} heads": "宽度 {0} 不能平分给 {1} 个头",
  "{0} query heads cannot be divided among {1} key-value heads": "{0} 个查询头不能平分给 {1} 个键值头",
  "{0} rotary dimensions do not fit a head of {1}: expected an even number up to it":
    "{0} 个旋转维度不适合宽 {1} 的头：应为不超过它的偶数",
  "the norm's epsilon is {0}, expected a number above 0": "归一化的 epsilon 为 {0}，应为大于 0 的数",
  "an adapter (LoRA) that was not merged into the model": "尚未并入模型的适配器（LoRA）",
  "Merge it with PEFT: model.merge_and_unload().save_pretrained(folder)":
    "请用 PEFT 合并：model.merge_and_unload().save_pretrained(folder)",
  "quantised weights of a form that is not read": "以不读取的形式量化的权重",
  "Use the unquantised model, or a GGUF of it": "请使用未量化的模型，或它的 GGUF",
  "a mixture of experts": "混合专家模型",
  "Use a model with one MLP in each layer": "请使用每层一个 MLP 的模型",
  '{0}: tensor "{1}" belongs to {2}, which is not supported. {3}.': "{0}：张量 “{1}” 属于{2}，不支持。{3}。",
  '{0}: tensor "{1}" is not part of a {2} model of {3} as it is known here, so figures would be wrong without it. Do config and weights belong to the same model?':
    "{0}：张量 “{1}” 不是此处所知的 {3}的 {2} 模型的一部分，没有它各项指标会有误。配置与权重属于同一模型吗？",
  layer: "层",
  layers: "层",
  '{0}: architecture "{1}" is not supported as GGUF, only {2}.': "{0}：不支持 GGUF 的架构 “{1}”，只支持 {2}。",
  "{0} leads out of the cache {1}, to {2}. Remove the link and download again.":
    "{0} 从缓存 {1} 通向外面的 {2}。请删除该链接并重新下载。",
  "{0} is set: nothing is fetched. Unset it to download a model.": "设置了 {0}：不下载任何内容。取消它即可下载模型。",
  "{0}: the answer is not a listing of a model. Is HF_ENDPOINT right?":
    "{0}：回答不是模型的文件列表。HF_ENDPOINT 是否正确？",
  "{0}: the Hub names no hash or size, so the file could not be verified.":
    "{0}：Hub 没有给出哈希或大小，因此无法核对文件。",
  "{0}: {1}. Is the network there, and HF_ENDPOINT right?": "{0}：{1}。网络是否可用，HF_ENDPOINT 是否正确？",
  "{0}: the Hub does not accept your token. Make a new one and set HF_TOKEN.":
    "{0}：Hub 不接受你的令牌。请新建一个并设置 HF_TOKEN。",
  "{0}: there is no such model, or it is private. Check the name; for a private one set HF_TOKEN.":
    "{0}：没有这个模型，或它是私有的。请检查名称；私有模型请设置 HF_TOKEN。",
  "{0}: access is restricted. Accept the model's terms on its page and set HF_TOKEN to a token of that account.":
    "{0}：访问受限。请在其页面接受模型的条款，并将 HF_TOKEN 设为该账号的令牌。",
  "{0}: the Hub has no such model, revision or file ({1}).": "{0}：Hub 没有这个模型、版本或文件（{1}）。",
  "{0}: the Hub asks for fewer requests. Try again in some minutes.": "{0}：Hub 要求减少请求。请几分钟后再试。",
  "{0}: the Hub answered with status {1} ({2}). Try again later.": "{0}：Hub 以状态 {1} 回答（{2}）。请稍后再试。",
  "the connection failed ({0})": "连接失败（{0}）",
  '"{0}" is no name of a model on the Hub; names look like "EleutherAI/pythia-70m".':
    "“{0}” 不是 Hub 上模型的名称；名称如 “EleutherAI/pythia-70m”。",
  "Stopped; what has come stays and the same command goes on from there.":
    "已停止；已收到的内容会保留，同一命令会从那里继续。",
  "{0}: {1} needs {2} more and the disk has {3}. Free some, or set HF_HUB_CACHE to a folder on another disk.":
    "{0}：{1} 还需要 {2}，而磁盘只有 {3}。请腾出空间，或将 HF_HUB_CACHE 设为另一磁盘上的文件夹。",
  "{0}: the connection broke off again and again ({1}). Run the same command to go on.":
    "{0}：连接一再中断（{1}）。运行同一命令即可继续。",
  '{0} has no file "{1}" in GGUF; it has {2}.': "{0} 没有 GGUF 文件 “{1}”；它有 {2}。",
  "{0} has its weights as GGUF; choose one with --file: {1}.": "{0} 的权重为 GGUF；请用 --file 选择一个：{1}。",
  "{0} has no {1}, so it cannot be read. Other forms, such as pytorch_model.bin, can run code and are not opened.":
    "{0} 没有 {1}，因此无法读取。其他形式（如 pytorch_model.bin）能运行代码，不会打开。",
  "{0} is being downloaded by another process ({1}) at this moment; wait for it.":
    "{0} 正由另一个进程（{1}）下载；请等待。",
  "{0}: what came has not the hash that the Hub names, and was removed. Download it again.":
    "{0}：收到的内容与 Hub 所说的哈希不符，已删除。请重新下载。",
  "{0}: there is no {1}. Save it with Transformers: AutoTokenizer.from_pretrained(…).save_pretrained(folder).":
    "{0}：没有 {1}。请用 Transformers 保存：AutoTokenizer.from_pretrained(…).save_pretrained(folder)。",
  '{0}: "bos_token" is neither a text nor a token.': "{0}：“bos_token” 既不是文本也不是词元。",
  '{0}: there is no "model_type". Is it the config of a model?': "{0}：没有 “model_type”。这是模型的配置吗？",
  '{0}: architecture "{1}" is not supported, only {2}.': "{0}：不支持架构 “{1}”，只支持 {2}。",
  "the folder is empty": "文件夹为空",
  "there is no config.json": "没有 config.json",
  "{0}: {1}. Is it the model's folder, and the download complete?": "{0}：{1}。是否为模型的文件夹，下载是否完整？",
  " of {0}": "（属于 {0}）",
  "is an adapter (PEFT, LoRA){0}, not a model. Merge it into its model with PEFT: model.merge_and_unload().save_pretrained(folder)":
    "是适配器（PEFT、LoRA）{0}，不是模型。请用 PEFT 并入其模型：model.merge_and_unload().save_pretrained(folder)",
  "holds GGUF files; name one of them: {0}": "有 GGUF 文件；请指名其中之一：{0}",
  "is a pipeline of diffusers, not a language model. Name a folder with a config.json":
    "是 diffusers 的流水线，不是语言模型。请指名有 config.json 的文件夹",
  "is in Meta's or Mistral's own layout. Use the model in Hugging Face's layout, with a config.json":
    "是 Meta 或 Mistral 自己的格式。请使用 Hugging Face 格式、有 config.json 的模型",
  "is a model's place in the Hugging Face cache. Name the model (org/name), or a folder in snapshots":
    "是模型在 Hugging Face 缓存中的位置。请指名模型（org/name），或 snapshots 中的文件夹",
  "is not read, because it can run code": "不读取，因为能运行代码",
  "is of another framework and not read": "属于另一框架，不读取",
  "{0} {1}. Save the model as safetensors (save_pretrained does)":
    "{0} {1}。请将模型保存为 safetensors（用 save_pretrained）",
  ", only {0}{1}": "，只有 {0}{1}",
  "{0}: there is neither {1}{2}. Is the download complete?": "{0}：没有 {1}{2}。是否下载完整？",
  "{0}: weights as a pickle are not read, because they can run code. Save the model as safetensors (save_pretrained does) and name its folder.":
    "{0}：不读取 pickle 形式的权重，因为能运行代码。请将模型保存为 safetensors（用 save_pretrained），并指名其文件夹。",
  "{0}: {1} is not a .gguf file. For a model in safetensors, name the folder that holds its config.json.":
    "{0}：{1} 不是 .gguf 文件。若模型为 safetensors，请指名存放其 config.json 的文件夹。",
  'SmolLM2 has not been fetched: there is no {0}. Run "{1}" once (about 90 MB).':
    "尚未下载 SmolLM2：没有 {0}。请运行一次 “{1}”（约 90 MB）。",
  'There is no model "{0}": no folder or .gguf file of that path, and nothing whole under that name in {1}. Give "{2}", "{3}", a path, or a name in that cache; "secateur models get {4}" fetches one from the Hub.':
    "没有模型 “{0}”：没有该路径的文件夹或 .gguf 文件，{1} 中也没有该名称的完整模型。请给出 “{2}”、“{3}”、路径，或该缓存中的名称；“secateur models get {4}” 从 Hub 下载一个。",
  "{0}: not a list of models; delete it and add them again.": "{0}：不是模型列表；请删除它并重新添加。",
  "{0}: there is no such folder or file. Check the path.": "{0}：没有这个文件夹或文件。请检查路径。",
  "{0} is not among the models that were added.": "{0} 不在添加过的模型中。",
  "a number of layers": "层数",
  "a number of heads": "头数",
  "a width": "宽度",
  "a number of tokens": "词元数",
  "a number of positions": "位置数",
  "a layer": "层",
  "an epsilon": "epsilon",
  "a base of rotary positions": "旋转位置的基数",
  "a factor of rotary positions": "旋转位置的因子",
  "a share": "份额",
  "Token id {0} is outside the vocabulary of {1}.": "词元编号 {0} 超出大小为 {1} 的词表。",
  '{0}: "{1}" is not what is expected there.': "{0}：“{1}” 不是该处应有的内容。",
  'it changes "{0}", which {1} has not. Weights are named as in "layers.0.W_out" or "embed"':
    "它改动 “{0}”，而 {1} 没有它。权重按 “layers.0.W_out” 或 “embed” 的形式命名",
  'it changes "{0}" twice': "它改动 “{0}” 两次",
  'row {0} of "{1}" is none, or not above the one before it; {2} has {3}, from 0':
    "“{1}” 的行 {0} 不是行，或不大于其前一行；{2} 有 {3} 行，从 0 起",
  '"{0}" has {1} values and {2} takes {3} there': "“{0}” 有 {1} 个值，而 {2} 在该处有 {3} 个",
  '"{0}" holds {1} at index {2}, which is no number to compute with': "“{0}” 在序号 {2} 处为 {1}，不是可计算的数",
  'it is no patch of weights of this program (format "{0}")': "不是本程序的权重补丁（格式 “{0}”）",
  "it was made for other weights than {0}'s ({1}, not {2}); make it again on this model":
    "它是为 {0} 之外的权重制作的（{1}，而不是 {2}）；请在此模型上重新制作",
  "it changes nothing: there is no tensor in it": "它什么都不改动：其中没有张量",
  'it lists rows of "{0}", of which it has no values': "它列出了 “{0}” 的行，却没有其值",
  "its header does not say which rows it changes; make the patch again": "文件头没有说明它改动哪些行；请重新制作补丁",
};
