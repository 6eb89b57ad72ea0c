// What the engine says on dictionaries of features, in Chinese.
export const dictionary = {
  "Model, site, layer, centring or the scale of its input may be others than it was trained on.":
    "模型、位置、层、去均值或输入的缩放，可能与训练时不同。",
  "It explains {0} of the states' variance here, far too little. {1}": "它在此只解释状态方差的 {0}，远远不够。{1}",
  "{0} of its features fire in a state of {1} numbers: they are not sparse. {2}":
    "在宽 {1} 个数的状态中有 {0} 个特征激活：并不稀疏。{2}",
  "Only {0} of its {1} features fire in a state. {2}": "一个状态中 {1} 个特征只有 {0} 个激活。{2}",
  "{0} of its features fire nowhere in these texts.": "其特征有 {0} 在这些文本中从不激活。",
  "What it reconstructs is {0} times as long as the states. {1}": "其重建的长度是状态的 {0} 倍。{1}",
  "what attention reads behind its norm": "注意力在归一化之后所读的内容",
  "what the MLP reads behind its norm": "MLP 在归一化之后所读的内容",
  "what the MLP alone reads of the stream": "仅 MLP 从残差流所读的内容",
  "hidden neurons before their non-linearity": "非线性之前的隐藏神经元",
  "heads one by one behind W_O": "W_O 之后的各个头",
  ": it is {0}": "：它是{0}",
  '"{0}" is no place that can be read here{1}': "“{0}” 不是此处可读的位置{1}",
  '"{0}" names no place that is known here': "“{0}” 不是此处已知的位置",
  '"{0}" names no feature with a text': "“{0}” 没有指名带文本的特征",
  "it is no JSON object": "不是 JSON 对象",
  '{0}: {1}; it should be such as {"51": "weekdays"}.': '{0}：{1}；应如 {"51": "weekdays"}。',
  "Pickles can run any program, so they are not read. Convert it once, where PyTorch is: python -c \"import torch, safetensors.torch as s; d = torch.load('IN.pt', map_location='cpu', weights_only=True); s.save_file({k: v.contiguous() for k, v in d.items() if hasattr(v, 'shape')}, 'OUT.safetensors')\"; docs/features.md says more.":
    "pickle 可以运行任意程序，因此不读取。请在有 PyTorch 的地方转换一次：python -c \"import torch, safetensors.torch as s; d = torch.load('IN.pt', map_location='cpu', weights_only=True); s.save_file({k: v.contiguous() for k, v in d.items() if hasattr(v, 'shape')}, 'OUT.safetensors')\"；详见 docs/features.md。",
  "{0}. Say with --site and --layer where it belongs.": "{0}。请用 --site 和 --layer 说明它属于何处。",
  "The file does not say where it belongs; say it with --site and --layer.":
    "文件没有说明它属于何处；请用 --site 和 --layer 说明。",
  "It was trained on states scaled to a mean norm of √d. If L0 and EV are far off, that scale was not folded in: give it with --norm-scale.":
    "它是在缩放到平均范数 √d 的状态上训练的。若 L0 和 EV 相差很多，说明该缩放没有折入：请用 --norm-scale 给出。",
  "{0}: is no dictionary that is known here. Name a folder, or a file called one of {1}.":
    "{0}：不是此处已知的字典。请指名文件夹，或名为 {1} 之一的文件。",
  "{0}: holds no dictionary: none of {1}.": "{0}：其中没有字典：没有 {1} 中的任何一个。",
  "{0}: is a PyTorch pickle. {1}": "{0}：是 PyTorch 的 pickle。{1}",
  "{0}: is no JSON object. Is it another kind of file?": "{0}：不是 JSON 对象。是否为另一种文件？",
  "dictionary_learning names a layer and no site: the block's output is taken; say --site for another one.":
    "dictionary_learning 指名了层，没有指名位置：取该块的输出；其他位置请用 --site 说明。",
  'config.json beside it must say {"activation": "TopK", "k": 32} or {"activation": "ReLU"}, as the pickle did (docs/features.md)':
    '其旁的 config.json 必须像 pickle 那样写明 {"activation": "TopK", "k": 32} 或 {"activation": "ReLU"}（见 docs/features.md）',
  'tensor "{0}" has {1} axes, expected 2': "张量 “{0}” 有 {1} 个轴，应为 2 个",
  "k is {0} in its config, expected 1 to {1}, its number of features": "其配置中 k 为 {0}，应为 1 到特征数 {1}",
  "{0}: dictionaries of kind {1} are not read.": "{0}：不读取 {1} 类型的字典。",
  "cfg.json beside {0}: {1}.": "{0} 旁的 cfg.json：{1}。",
  'cfg.json beside {0}: its architecture is "{1}"; read are {2}.': "{0} 旁的 cfg.json：其架构为 “{1}”；可读取 {2}。",
  "apply_b_dec_to_input is neither true nor false": "apply_b_dec_to_input 既不是 true 也不是 false",
  "apply_b_dec_to_input is true, which a transcoder cannot have: set it to false":
    "apply_b_dec_to_input 为 true，而转码器不能如此：请设为 false",
  "k is {0}; it must be 1 or more": "k 为 {0}；必须不小于 1",
  "k is {0}, more than its {1} features": "k 为 {0}，超过特征数 {1}",
  "normalize_activations is {0}; read are none, layer_norm, constant_norm_rescale and expected_average_only_in":
    "normalize_activations 为 {0}；可读取 none、layer_norm、constant_norm_rescale 和 expected_average_only_in",
  "Dictionaries of GPT-2's stream were mostly trained on TransformerLens' states, whose mean over the dimensions is taken out: read them with --centre. The gate on loading says which of the two it is.":
    "GPT-2 残差流的字典大多在 TransformerLens 的状态上训练，其各维度的均值已被减去：请用 --centre 读取。加载时的检查会说明属于哪一种。",
  "{0} is {1}; it must be a whole number above 0": "{0} 为 {1}；必须为大于 0 的整数",
  "Gradients through a dictionary whose inputs are normalised ({0}) are not supported; take one without.":
    "不支持穿过输入经过归一化（{0}）的字典的梯度；请用没有归一化的字典。",
  "{0}: cannot be written: {1}.": "{0}：无法写入：{1}。",
  "{0}: cannot be opened: {1}.": "{0}：无法打开：{1}。",
  'there is no tensor "{0}"; its tensors are {1}': "没有张量 “{0}”；其张量有 {1}",
  'tensor "{0}" is {1}, expected {2}': "张量 “{0}” 为 {1}，应为 {2}",
  "one number": "一个数",
  "{0}: {1}. Is it a dictionary of another kind, or damaged?": "{0}：{1}。是否为另一种字典，或已损坏？",
  "{0}: {1}; delete it to train from the start.": "{0}：{1}；删除它即可从头训练。",
  "is no training state of this version": "不是此版本的训练状态",
  "is the state of a run with other settings": "是使用其他设置的运行的状态",
  "is cut short": "被截断",
};
