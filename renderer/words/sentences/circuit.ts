// What the engine says on circuits and graphs, in Chinese.
export const circuit = {
  "the model has no layer {0}; its layers are 0 to {1}.": "模型没有第 {0} 层；层为 0 到 {1}。",
  "layer {0} has another dictionary already; leave one of them out.": "第 {0} 层已有另一个字典；请去掉其中一个。",
  "{0} query heads do not divide into {1} key-value heads; correct model.nHeads or model.nKeyValueHeads.":
    "{0} 个查询头不能平分给 {1} 个键值头；请改正 model.nHeads 或 model.nKeyValueHeads。",
  'missing, though search.units names "{0}"; list the kept ones, or [] for none.':
    "缺少，而 search.units 指名了 “{0}”；请列出保留的单元，没有则写 []。",
  'present, though search.units does not name "{0}"; leave it out or add "{1}" there.':
    "存在，而 search.units 没有指名 “{0}”；请去掉它，或在那里加上 “{1}”。",
  "lists neurons of {0}, which is not in kept.mlps; add {1} there or leave its neurons out.":
    "列出了 {0} 的神经元，而它不在 kept.mlps 中；请在那里加上 {1}，或去掉其神经元。",
  "is {0} after {1}; list the sizes rising, each once.": "在 {1} 之后为 {0}；请按从小到大列出，各一次。",
  "is {0}, a size that was not tried ({1}); write one of these, or leave it out.":
    "为 {0}，而没有试过这个大小（{1}）；请写其中之一，或去掉它。",
  "has {0} entries for {1} seeds; write one for each search.": "对 {1} 个种子有 {0} 项；每次搜索请写一项。",
  "neither figures nor a failure": "既没有指标也没有失败原因",
  "both figures and a failure": "既有指标也有失败原因",
  "{0} has {1}; write one of the two.": "{0} {1}；请写两者之一。",
  "goes with figures; {0}.": "应与指标同在；请{0}。",
  "write it": "写上",
  "leave it out": "去掉它",
  '"{0}" stands here twice; remove one.': "“{0}” 在此出现两次；请去掉一个。",
  '"{0}" is not an id; numbers have no leading zeros, as in a3.h1, m2, m2.n17.':
    "“{0}” 不是标识；数字没有前导零，如 a3.h1、m2、m2.n17。",
  ", features of d{0} 0–{1}": "，d{0} 的特征 0–{1}",
  "the model has no {0} (layers 0–{1}, heads 0–{2}, neurons 0–{3}{4}); correct the id, or the sizes in model.":
    "模型没有 {0}（层 0–{1}，头 0–{2}，神经元 0–{3}{4}）；请改正标识，或 model 中的大小。",
  "write {0}": "写 {0}",
  "{0} does not fit the id {1}; {2}.": "{0} 与标识 {1} 不符；请{2}。",
  absent: "缺少",
  "unknown ids.": "未知标识。",
  'an edge into the head {0} needs input "q", "k" or "v".': "进入头 {0} 的边需要 input 为 “q”、“k” 或 “v”。",
  '{0} has one input; leave "input" out.': "{0} 只有一个输入；请去掉 “input”。",
  "{0} does not feed {1} (an edge runs to a later layer, or from a layer's heads to its MLP); remove it.":
    "{0} 不通向 {1}（边通向更后的层，或从一层的头通向该层的 MLP）；请去掉它。",
  "{0} stands here twice; remove one.": "{0} 在此出现两次；请去掉一个。",
  "the lower end {0} is above the upper end {1}; write [lower, upper].": "下端 {0} 高于上端 {1}；请写 [下端, 上端]。",
  "holds {0} where a circuit is an object; is this a circuit file?": "内容为{0}，而电路是对象；这是电路文件吗？",
  "missing; this looks like an EAP-IG graph, which is read as such, not as a circuit file.":
    "缺少；这像是 EAP-IG 图，应作为图读取，而不是电路文件。",
  'is {0}, a circuit file says "{1}"; is this another kind of file?':
    "为 {0}，而电路文件写的是 “{1}”；是否为另一种文件？",
  "is {0}, this program reads version {1}; use the release that wrote the file.":
    "为 {0}，而本程序读取版本 {1}；请用写出该文件的版本。",
  "a list": "列表",
  missing: "缺少",
  "\n  and {0} more": "\n  另有 {0} 个",
  "{0}: {1} problems:{2}{3}": "{0}：有 {1} 个问题：{2}{3}",
  "a head's id such as a3.h1": "头的标识，如 a3.h1",
  "an MLP's id such as m2": "MLP 的标识，如 m2",
  "a dictionary's id such as d2, of the layer that it is laid on": "字典的标识，如 d2，即它所在的层",
  "an error's id such as d2.error": "误差的标识，如 d2.error",
  "The circuits are of models of different shape: {0} is {1} in {2} and {3} in {4}. Compare circuits of one model.":
    "两个电路所属模型的形状不同：{2} 的 {0} 为 {1}，{4} 的为 {3}。请比较同一模型的电路。",
  "Graphs of EAP-IG have no nodes for features of dictionaries; export this circuit as JSON, CSV or for Neuronpedia.":
    "EAP-IG 的图没有字典特征的节点；请将此电路导出为 JSON、CSV 或 Neuronpedia 格式。",
  '{0}.hidden_neurons: "{1}" is not an MLP of the model; write m0 to m{2}.':
    "{0}.hidden_neurons：“{1}” 不是该模型的 MLP；请写 m0 到 m{2}。",
  "{0}.hidden_neurons.{1}: {2} is not below d_mlp, {3}; correct one of them.":
    "{0}.hidden_neurons.{1}：{2} 不小于 d_mlp {3}；请改正其中一个。",
  "cfg: {0} layers of {1} heads have about {2} edges, more than {3} are not read. Are n_layers and n_heads right?":
    "cfg：{0} 层、每层 {1} 个头约有 {2} 条边，超过 {3} 条的不读取。n_layers 和 n_heads 是否正确？",
  "{0} layers of {1} heads{2}": "{0} 层、每层 {1} 个头{2}",
  ", parallel blocks": "、并行块",
  '{0}: "{1}" is not in a model of {2}. Correct cfg, or the name (as in {3}).':
    "{0}：“{1}” 不在 {2} 的模型中。请改正 cfg，或改正名称（如 {3}）。",
  "not an EAP-IG graph.": "不是 EAP-IG 图。",
  "the file": "文件",
  "{0}: the kept neurons are of MLPs of {1}, the model's have {2}. Choose the model it was found in.":
    "{0}：保留的神经元属于宽 {1} 的 MLP，而模型的宽为 {2}。请选择找到它的模型。",
  "{0}: the file is empty. Is it still being written?": "{0}：文件为空。是否仍在写入？",
  "Restore the file from where it was written, or correct it there.": "请从写出它的地方恢复文件，或在其中改正。",
  "{0}: not valid JSON: {1}. {2}": "{0}：不是有效的 JSON：{1}。{2}",
  "The trajectory has no step {0}; choose one of 0 to {1}.": "轨迹没有第 {0} 步；请选择 0 到 {1}。",
  "{0}: the circuit is of {1} ({2}) and does not fit {3} ({4}). Choose the model it was found in.":
    "{0}：电路属于 {1}（{2}），不适合 {3}（{4}）。请选择找到它的模型。",
  "{0} layers, {1} heads, {2} neurons per MLP": "{0} 层，{1} 个头，每个 MLP {2} 个神经元",
  "missing; {0}.": "缺少；请{0}。",
  " (and {0} more)": "（另有 {0} 个）",
  "unknown field{0}; correct its name or remove it.{1}": "未知字段{0}；请改正名称或去掉它。{1}",
  "is {0}; {1}.": "为 {0}；请{1}。",
  "at least {0} {1}": "至少 {0} {1}",
  "{0} or more": "{0} 或更大",
  "at most {0} {1}": "最多 {0} {1}",
  "{0} or less": "{0} 或更小",
  "{0} as the name": "以{0}为名称",
  "another name": "另一个名称",
  "a whole number": "整数",
  "a finite number": "有限的数",
  "a text": "文本",
  "true or false": "true 或 false",
  characters: "个字符",
  entries: "项",
  "{0}: has no figures of its own (results), beside which these would stand; name a file that has them, such as one that prune wrote.":
    "{0}：没有自己的指标（results），而这些应写在其旁；请指名有指标的文件，如 prune 写出的文件。",
};
