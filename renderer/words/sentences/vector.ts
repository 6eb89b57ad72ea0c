// What the engine says on directions, in Chinese.
export const vector = {
  "The direction is zero at layer {0}: both sides stand in one state there. Choose another layer.":
    "第 {0} 层的方向为零：两侧在该处的状态相同。请选择另一层。",
  "One direction is projected out everywhere; name one layer whose direction it is.":
    "投影去除在各处使用同一个方向；请指名取哪一层的方向。",
  "A state is replaced at the prompt's end; generated tokens have none of their own yet.":
    "替换状态发生在提示末尾；生成的词元还没有自己的状态。",
  "The stream's norm at the layer is not known; count the coefficient in lengths of the vector.":
    "该层残差流的范数未知；请以向量的长度为单位给出系数。",
  "affine moves to the mean of the minus side, and this direction was not made from two sides. Choose project or clamp.":
    "affine 移向 minus 侧的均值，而此方向不是由两侧制作的。请选择 project 或 clamp。",
  "{0} holds directions of {1} layers and names none to act at; say which with --layer.":
    "{0} 有 {1} 层的方向，没有指名作用于哪一层；请用 --layer 说明。",
  "A control vector acts behind layers from 1 on, and the direction is known at none of them. Write a .safetensors file.":
    "控制向量作用于第 1 层起各层之后，而此方向在这些层中都没有。请写 .safetensors 文件。",
  "A control vector cannot say layer {0}; the file has layers 1 to {1}.":
    "控制向量不能表示第 {0} 层；文件有第 1 到 {1} 层。",
  'it is no control vector: its architecture is "{0}"': "不是控制向量：其架构为 “{0}”",
  '{0}: its method is "{1}", and directions of this format are added; take the direction alone from the program that wrote it.':
    "{0}：其方法为 “{1}”，而此格式的方向是相加的；请从写出它的程序中只取方向。",
  'tensor "{0}" is none of a control vector, which are named direction.1, direction.2 …':
    "张量 “{0}” 不属于控制向量，其名称应为 direction.1、direction.2……",
  "it holds no direction": "其中没有方向",
  "Its direction.0 is left out: llama.cpp refuses it, and no loader adds it.":
    "其中的 direction.0 未用：llama.cpp 拒绝它，没有加载器会加上它。",
  "A file of llama.cpp's own generator holds at layer N what was measured behind layer N − 1; it is added behind layer N here, as llama.cpp adds it.":
    "llama.cpp 自带的生成器写出的文件，第 N 层存放的是在第 N − 1 层之后测得的方向；此处与 llama.cpp 一样，加在第 N 层之后。",
  "its directions are of different width": "其各方向的宽度不同",
  "{0}: has {1} samples; {2} queries each to choose and to report, and {3} shots with a query of their own need {4}. Ask for fewer.":
    "{0}：有 {1} 个样本；选择和报告各需 {2} 个查询，{3} 个各带查询的示例共需 {4} 个。请减少。",
  "{0}: has no score; write score: { plus_tokens: […], minus_tokens: […], prompts: […] }.":
    "{0}：没有 score；请写 score: { plus_tokens: […], minus_tokens: […], prompts: […] }。",
  "The direction is not known at layer {0}; name another with --layer.":
    "第 {0} 层没有此方向；请用 --layer 指名另一层。",
  "Neuronpedia takes vectors of at most {0} numbers; this one has {1}.":
    "Neuronpedia 接受最多 {0} 个数的向量；此向量有 {1} 个。",
  "{0}: is no vector of Neuronpedia: {1}: {2}.": "{0}：不是 Neuronpedia 的向量：{1}：{2}。",
  '"{0}" is no sum of directions; write files with + or - between them, such as "a.safetensors + b.safetensors".':
    "“{0}” 不是方向之和；请写用 + 或 - 连接的文件，如 “a.safetensors + b.safetensors”。",
  "{0}: its directions are {1} wide, and states of {2} are {3} wide. It is another model's.":
    "{0}：其方向宽 {1}，而 {2} 的状态宽 {3}。它属于另一个模型。",
  "{0}: holds a direction of layer {1}, and {2} has layers 0 to {3}. It is another model's.":
    "{0}：有第 {1} 层的方向，而 {2} 的层为 0 到 {3}。它属于另一个模型。",
  '{0}: is a pickle or an array of Python, which is not read because it can run code. Save the direction as safetensors: save_file({"direction.L": v}, path, {"format": "secateur.vector", "method": "file"}).':
    '{0}：是 Python 的 pickle 或数组，因为能运行代码而不读取。请将方向保存为 safetensors：save_file({"direction.L": v}, path, {"format": "secateur.vector", "method": "file"})。',
  "{0} was made with other weights than {1}'s; what it does here is not what its header says.":
    "{0} 是用 {1} 之外的权重制作的；它在此处的作用并非其文件头所说。",
  "{0} at {1}": "{0}（第 {1} 层）",
  "The directions of a sum have no layer in common: {0}.": "此和中的各方向没有共同的层：{0}。",
  "{0} has no chat template, and the texts are messages of a chat. Take another model, or write template: plain.":
    "{0} 没有聊天模板，而这些文本是聊天消息。请换一个模型，或写 template: plain。",
  "The text {0} {1}": "文本 {0} {1}",
  "cannot be written: {0} has no token for {1}.": "无法写出：{0} 没有 {1} 的词元。",
  "has no token.": "没有词元。",
  "has {0} tokens, and {1} reads {2} at most.": "有 {0} 个词元，而 {1} 最多读 {2} 个。",
  "A chat needs template: chat.": "聊天需要 template: chat。",
  'A prompt of {0} tokens has no position "{1}": {2}.': "有 {0} 个词元的提示没有位置 “{1}”：{2}。",
  'There is no position "{0}"; choose end, end-1, end-2 …, all or last.':
    "没有位置 “{0}”；请选择 end、end-1、end-2……、all 或 last。",
  "The token {0} stands on both sides of the score; take other words.": "词元 {0} 在评分的两侧都有；请换别的词。",
  'The tokenizer cannot write "{0}" of the score; take another word.': "分词器无法写出评分中的 “{0}”；请换别的词。",
  "{0}: a direction is written as {1}; give the file one of these endings.":
    "{0}：方向可写为 {1}；请给文件以其中一种结尾。",
  "Neuronpedia's form holds one layer; the file has layer {0}.": "Neuronpedia 的格式只存一层；文件中为第 {0} 层。",
  'it is no direction of this program (format "{0}", method "{1}")': "不是本程序的方向（格式 “{0}”，方法 “{1}”）",
  'tensor "{0}" is no direction of a layer, which are named direction.0, direction.1 …':
    "张量 “{0}” 不是某一层的方向，其名称应为 direction.0、direction.1……",
  'its header names the layer "{0}"': "文件头指名了层 “{0}”",
  '"{0}" in its header is no list of {1} numbers': "文件头中的 “{0}” 不是 {1} 个数的列表",
  '{0}: {1}. Make it again with "secateur vector make".': "{0}：{1}。请用 “secateur vector make” 重新制作。",
  "There is no layer {0}; {1} has layers 0 to {2}.": "没有第 {0} 层；{1} 的层为 0 到 {2}。",
  "There is no neuron {0}; a layer of {1} has neurons 0 to {2}.": "没有神经元 {0}；{1} 每层的神经元为 0 到 {2}。",
};
