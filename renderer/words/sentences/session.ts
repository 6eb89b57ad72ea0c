// What the engine says in doing what was asked, in Chinese.
export const session = {
  "discovery examples": "发现样本",
  "validation examples": "验证样本",
  "held-out examples": "留出样本",
  "{0}: the graph is of a model of {1} layers of {2} heads and does not fit {3} ({4} layers of {5}). Name the model that it was made for.":
    "{0}：图属于 {1} 层、每层 {2} 个头的模型，不适合 {3}（{4} 层、每层 {5} 个头）。请指名制作它所用的模型。",
  "{0} leaves out {1} of the {2} edges between its nodes. Circuits of nodes are evaluated: every edge between kept nodes is present.":
    "{0} 在其节点之间的 {2} 条边中缺 {1} 条。此处评估的是节点的电路：保留的节点之间的边全部存在。",
  "is not a circuit file by its name; circuits, and graphs of EAP-IG, end in .json.":
    "按名称不是电路文件；电路和 EAP-IG 的图以 .json 结尾。",
  "Curves are drawn of heads, MLPs and neurons; prune features with prune --units.":
    "曲线针对头、MLP 和神经元；请用 prune --units 修剪特征。",
  "Searches of hidden neurons are runs of their own: prune --units neurons.":
    "隐藏神经元的搜索是各自的运行：prune --units neurons。",
  "Conductance is left out, since what {0} ablation gives is of no run that a path could begin at.":
    "未用传导度，因为 {0} 消融给出的值不属于任何可作路径起点的运行。",
  "{0} units with hidden neurons among them are not ordered by {1}; take a gradient method or random.":
    "含隐藏神经元的 {0} 个单元不能按 {1} 排序；请使用梯度方法或随机顺序。",
  "Left out for {0} units with hidden neurons among them: {1}.": "含隐藏神经元的 {0} 个单元未用以下排序：{1}。",
  "Left out: {0} first positions, {1} special tokens, {2} states of outlying norm, {3} positions whose text up to there came before.":
    "未用：{0} 个首位置、{1} 个特殊词元、{2} 个范数离群的状态、{3} 个此前文本已出现过的位置。",
  "{0} has no layer {1}; its layers are 0 to {2}.": "{0} 没有第 {1} 层；层为 0 到 {2}。",
  "does not say where it belongs": "没有说明它属于何处",
  'belongs at "{0}"': "属于 “{0}”",
  "{0}: {1}; say it with --site and --layer.": "{0}：{1}；请用 --site 和 --layer 说明。",
  "{0}: reads states of {1} numbers, and {2} of {3} has {4}. It was trained on {5}.":
    "{0}：读取宽 {1} 个数的状态，而 {3} 的 {2} 宽 {4}。它是在 {5} 上训练的。",
  "another model or site": "另一个模型或位置",
  "There is no feature {0}; the dictionary has features 0 to {1}.": "没有特征 {0}；字典的特征为 0 到 {1}。",
  "{0}: is a transcoder, which gives another site's values; take a dictionary that reconstructs its own site.":
    "{0}：是转码器，给出另一位置的值；请使用重建自身位置的字典。",
  "The circuit of at most {0} edges is the best that was found in the time, not proved.":
    "边数不超过 {0} 的电路是在时限内找到的最好的一个，未经证明。",
  "fact file": "事实文件",
  "Fact files": "事实文件",
  "{0} knows {1} of the facts of {2}; two are needed.": "{0} 知道 {2} 条事实中的 {1} 条；需要两条。",
  "--fact: {0} knows {1} of the facts, from 0.": "--fact：{0} 知道 {1} 条事实，从 0 起。",
  "{0} neurons are left out: too many facts have them in common.": "{0} 个神经元未用：有太多事实共有它们。",
  "--layer: there is no layer {0}; {1} has {2}, from 0.": "--layer：没有第 {0} 层；{1} 有 {2} 层，从 0 起。",
  'The rank-one edit needs to know what "{0}" is of: write "subject" there.':
    "秩一编辑需要知道 “{0}” 属于什么主体：请在那里写 “subject”。",
  "{0} was found in other weights than those of {1}.": "{0} 是在 {1} 之外的权重中找到的。",
  "{0}: a graph of EAP-IG does not say which model it is of; give the model.":
    "{0}：EAP-IG 的图没有说明属于哪个模型；请给出模型。",
  "{0}{1}: {2}. Is an OpenAI-compatible server running there?": "{0}{1}：{2}。那里是否运行着兼容 OpenAI 的服务器？",
  "answers {0} {1}": "回答 {0} {1}",
  "does not answer ({0})": "没有响应（{0}）",
  "answers {0}, which has not the expected fields": "回答 {0}，其中没有应有的字段",
  "{0}: no state counts. Give more or longer texts.": "{0}：没有可用的状态。请给出更多或更长的文本。",
  "The text {0} has one token; give a longer one.": "文本 {0} 只有一个词元；请给出更长的。",
  '{0}: its features stand at {1}, and a direction acts on the stream behind a layer. Use "secateur sae steer".':
    "{0}：其特征在 {1} 处，而方向作用于层后的残差流。请使用 “secateur sae steer”。",
  "{0}: no text has {1} tokens, which this lens needs. Give longer texts, or a smaller --skip.":
    "{0}：没有文本有此透镜所需的 {1} 个词元。请给出更长的文本，或较小的 --skip。",
  "{0} samples stand before each question; without them {1} answers too little.":
    "每个问题前有 {0} 个样本；没有它们 {1} 答对的太少。",
  "test subjects": "测试主体",
  "draws of training subjects": "训练主体的抽取",
  "{0}: there is no template {1}; the file has {2}.": "{0}：没有模板 {1}；文件有 {2}。",
  "there is no layer {0}; {1} has −1 (embedding) to {2}.": "没有第 {0} 层；{1} 有 −1（嵌入）到 {2}。",
  "{0}: was fitted on {1} ({2}), and {3} has other weights ({4}). Give --model {5}.":
    "{0}：是在 {1}（{2}）上拟合的，而 {3} 的权重不同（{4}）。请给出 --model {5}。",
  'no other subject of {0} has the object "{1}"; an edit aims at one.{2}':
    "{0} 中没有其他主体的客体为 “{1}”；编辑需要以某个主体为目标。{2}",
  "{0} answers too little of any of these relations.": "{0} 对这些关系答对的都太少。",
  "left out: {0}": "未用：{0}",
  '{0} and {1} would both be written to {2}; give one of them another "name", or fit them one by one.':
    "{0} 和 {1} 都会写入 {2}；请给其中之一另一个 “name”，或分别拟合。",
  "{0}: gives {1} states that count, and a batch takes {2}. Give more texts or a smaller --batch.":
    "{0}：给出 {1} 个可用的状态，而一批需要 {2} 个。请给出更多文本或较小的 --batch。",
  "the prompt": "提示",
  "Give either --text, which is gone on with, or --chat, which is answered.":
    "请给出 --text（续写）或 --chat（回答），只给其一。",
  "--system belongs to a chat; give --chat with it.": "--system 属于聊天；请同时给出 --chat。",
  "{0} has no chat template, so it was not trained to chat. Give a plain text with --text.":
    "{0} 没有聊天模板，因此没有受过聊天训练。请用 --text 给出普通文本。",
  "The model's chat template writes today's date into the prompt, so that another day gives another text.":
    "模型的聊天模板将当天日期写入提示，因此换一天文本就不同。",
  "--stop: {0} can never come: {1} has no token for {2}. Leave it out.":
    "--stop：{0} 永远不会出现：{1} 没有 {2} 的词元。请去掉它。",
  "Features and errors are of dictionaries; name their folders with --dictionary.":
    "特征和误差属于字典；请用 --dictionary 指名其文件夹。",
  "A dictionary is laid on the model for its features; add --units features,errors.":
    "在模型上放置字典是为了其特征；请加上 --units features,errors。",
  "the embedding": "嵌入",
  "{0}: belongs at {1} of layer {2}; features are units of a circuit behind a layer, between two layers or at an MLP's output (residPost, residPre from layer 1 on, mlpOut). Take a dictionary of such a place.":
    "{0}：属于第 {2} 层的 {1}；作为电路单元的特征位于层后、两层之间或 MLP 的输出（residPost、第 1 层起的 residPre、mlpOut）。请使用这些位置的字典。",
  "{0}: normalises states ({1}), so that its features add up to no part of one; take a dictionary that does not.":
    "{0}：将状态归一化（{1}），因此其特征之和不是状态的一部分；请使用不归一化的字典。",
  "{0} and {1} both belong at layer {2}; lay one of them on it.": "{0} 和 {1} 都属于第 {2} 层；请只放其中之一。",
  "Stopped on request; the same command goes on from here.": "已按要求停止；同一命令会从此处继续。",
  "The loss is no number any more at step {0}; give a smaller --rate.": "第 {0} 步的损失已不是数；请用较小的 --rate。",
  "Name a task to read its prompts, or give a text with --text.": "请指名任务以读取其提示，或用 --text 给出文本。",
  "Numbers of examples and a corruption belong to a task; leave them out beside --text.":
    "样本数和损坏方式属于任务；使用 --text 时请去掉它们。",
  "the text": "文本",
  "Give a task or --text, not both.": "请给出任务或 --text，只给其一。",
  "The text is empty; there is nothing to read.": "文本为空；没有可读的内容。",
  "Prompt {0} has {1} tokens and {2} reads {3} at most. Shorten it.":
    "提示 {0} 有 {1} 个词元，而 {2} 最多读 {3} 个。请缩短。",
  '--words: the tokenizer has no token for {0} in "{1}".': "--words：分词器没有 “{1}” 中 {0} 的词元。",
  '"{0}" is {1} tokens here and is followed by its first, {2}.': "“{0}” 在此是 {1} 个词元，只跟踪第一个 {2}。",
  '--sets: "{0}" and "{1}" share the token {2}, so its probability belongs to neither. Take other words.':
    "--sets：“{0}” 和 “{1}” 共有词元 {2}，因此其概率不属于任何一方。请换别的词。",
  'A {0} lens is fitted first: "secateur fit-lens {1} --corpus FILE --out LENS", then --lens-file LENS.':
    "{0} 透镜要先拟合：“secateur fit-lens {1} --corpus FILE --out LENS”，然后 --lens-file LENS。",
  "{0} holds a {1} lens, not a {2} one; read it with --lens {3}.":
    "{0} 中是 {1} 透镜，而不是 {2} 透镜；请用 --lens {3} 读取。",
  "The tokenizer can write none of the {0} neutral prompts{1}; give others with --neutral.":
    "分词器无法写出这 {0} 条中性提示中的任何一条{1}；请用 --neutral 给出其他的。",
  "--layers: there is no layer {0}; {1} has {2}, from 0.": "--layers：没有第 {0} 层；{1} 有 {2} 层，从 0 起。",
  "The text is empty; nothing is written at its end.": "文本为空；其末尾没有写入任何内容。",
  "--neurons: {0} has no {1}; its layers are 0 to {2}, its neurons 0 to {3}.":
    "--neurons：{0} 没有 {1}；层为 0 到 {2}，神经元为 0 到 {3}。",
  "Name one event: --event TOKENS, --pattern EXPRESSION, --marked FILE or --task FILE with --property{0}.":
    "请指名一个事件：--event TOKENS、--pattern EXPRESSION、--marked FILE，或 --task FILE 与 --property{0}。",
  ", not {0}": "，而不是 {0}",
  '{0}: "{1}" has {2} events and {3} other places in discovery texts, {4} and {5} in held-out ones; {6} of each are needed. Give more texts, or another event.':
    "{0}：“{1}” 在发现文本中有 {2} 个事件和 {3} 个其他位置，在留出文本中有 {4} 和 {5} 个；每种需要 {6} 个。请给出更多文本，或另一个事件。",
  "The event's probability is that of the {0}{1} tokens that follow its discovery places.":
    "事件的概率即其发现位置之后的 {0} 个词元的概率{1}。",
  " commonest of {0}": "（{0} 个中最常见的）",
  "{0}:{1}: the text has {2} tokens, and the model reads {3} at most. Shorten it.":
    "{0}:{1}：文本有 {2} 个词元，而模型最多读 {3} 个。请缩短。",
  '--property: there is no "{0}"; choose corrupt, right, template=NAME or answer=TEXT (with its space).':
    "--property：没有 “{0}”；请选择 corrupt、right、template=NAME 或 answer=TEXT（连同其空格）。",
  "There are too many places to rank them all: AUROC is counted between {0} quantiles of each neuron, and off by at most {1}.":
    "位置太多，无法全部排名：AUROC 在每个神经元的 {0} 个分位数之间计数，误差不超过 {1}。",
  "Excerpts of the texts were sent to {0} ({1}).": "文本的摘录已发送到 {0}（{1}）。",
  "AUROC, means and deviations are of all {0} places; contexts, quantiles, constants and explanations of {1} in texts drawn at random.":
    "AUROC、均值和标准差来自全部 {0} 个位置；上下文、分位数、常数和解释来自随机抽取的文本中的 {1} 个。",
  '"{0}" is no hidden neuron of {1}, which has {2} layers of {3}, both from 0.':
    "“{0}” 不是 {1} 的隐藏神经元，它有 {2} 层、每层 {3} 个，都从 0 起。",
  "Neutral text is of the shipped sentences, since too few of these texts are without the event.":
    "中性文本取自附带的句子，因为这些文本中没有该事件的太少。",
  "{0}: no word is one token here, so none has a probability of its own.":
    "{0}：没有词在此是一个词元，因此没有词有自己的概率。",
  "{0}: has no line with a prompt.": "{0}：没有带提示的行。",
  '{0}: its search could not remove neurons, so all of them are in it; prune with "--units neurons".':
    "{0}：其搜索不能移除神经元，因此神经元全部在其中；请用 “--units neurons” 修剪。",
  '"{0}" is no hidden neuron of {1}; they look like m2.n17.': "“{0}” 不是 {1} 的隐藏神经元；形如 m2.n17。",
  "{0} can write too little of the shipped text for {1} draws.": "{0} 能写出的附带文本太少，不够 {1} 次抽取。",
  "the prompts": "各提示",
  "The template shapes the answer. {0}": "此模板会影响答案。{0}",
  "A place to put states at was named without a prompt: give --prompt too, or leave --onto to the template.":
    "指名了放置状态的位置，却没有提示：请同时给出 --prompt，或把 --onto 留给模板。",
  "Take a shorter --template, such as capital or plural, or a --prompt of your own.":
    "请使用较短的 --template，如 capital 或 plural，或你自己的 --prompt。",
  "Shorten it.": "请缩短。",
  "{0} has no token for {1} in {2}.": "{0} 没有 {2} 中 {1} 的词元。",
  "{0} has {1} tokens and {2} reads {3}. {4}": "{0} 有 {1} 个词元，而 {2} 读 {3} 个。{4}",
  "{0}: there is no layer {1}; name layers from 0 to {2}, which is behind the last one.":
    "{0}：没有第 {1} 层；请指名 0 到 {2} 的层，其中最大的即最后一层之后。",
  '--words: there is no token for {0} in "{1}".': "--words：没有 “{1}” 中 {0} 的词元。",
  "There are no learned constants for features and errors of dictionaries; choose --ablation {0}.":
    "字典的特征和误差没有学得的常数；请选择 --ablation {0}。",
  'The reference "{0}" is none of {1} ablation; choose {2}.': "参照 “{0}” 不属于 {1} 消融；请选择 {2}。",
  "{0}: example {1} has {2} tokens, {3} reads {4} at most. Shorten the prompt or choose another model.":
    "{0}：样本 {1} 有 {2} 个词元，而 {3} 最多读 {4} 个。请缩短提示，或选择另一个模型。",
  "A guided search foresees the model without dictionaries; with --dictionary search in blocks or one by one.":
    "引导式搜索预估的是没有字典的模型；使用 --dictionary 时请按块或逐个搜索。",
  "A guided search makes its own order, again and again; leave --order out, or search in blocks or one by one.":
    "引导式搜索会一再自行排序；请去掉 --order，或按块、逐个搜索。",
  "Features and errors have no gates that could be learned; begin with the full model.":
    "特征和误差没有可学习的门；请从完整模型开始。",
  "A learned order chooses what is ablated before the search; begin with the full model, or name no units.":
    "学得的顺序在搜索之前选择消融什么；请从完整模型开始，或不指名单元。",
  "A matryoshka order is trained for every number of units at once and has no target; leave --mask-target out.":
    "套娃顺序同时为每个单元数训练，没有目标数；请去掉 --mask-target。",
  '{0} cannot do the task {1}: the right token is its first choice in {2} of {3} examples (the metric is positive in {4}). Choose another model or task; "--criterion difference-only" prunes on the metric alone, which can find circuits that never give the answer.':
    "{0} 不能完成任务 {1}：在 {3} 个样本中，正确词元只有 {2} 次是首选（指标有 {4} 次为正）。请选择另一个模型或任务；“--criterion difference-only” 只按指标修剪，可能找到从不给出答案的电路。",
  '"{0}" is no unit that this search can remove; it has {1}.': "“{0}” 不是此搜索能移除的单元；它有 {1}。",
  "does not fit into the memory while it is checked; split it into smaller files.":
    "检查时内存放不下；请拆分为较小的文件。",
  '"{0}", which the file gives no path of': "“{0}”，而文件没有给出其路径",
  "{0}, which is not there any more": "{0}，而它已不在那里",
  "{0}: the circuit was found in {1}. Name the path of that model with --model.":
    "{0}：电路是在 {1} 中找到的。请用 --model 指名该模型的路径。",
  "{0}: features of this circuit are of {1}, which is not there any more. Put the dictionary back there.":
    "{0}：此电路的特征属于 {1}，而它已不在那里。请把该字典放回那里。",
  "{0}: features of this circuit are of {1}, where another dictionary is now ({2}, not {3}). Put the one that it was found with back there.":
    "{0}：此电路的特征属于 {1}，而那里现在是另一个字典（{2}，而不是 {3}）。请把找到它时所用的字典放回那里。",
  "{0}:1: the journal of an older Secateur (version {1}); this one writes version {2} and cannot go on with it. Start the run anew with the same settings.":
    "{0}:1：是较旧的 Secateur 的日志（版本 {1}）；此版本写版本 {2}，无法继续。请用相同设置重新开始运行。",
  '{0}: the run was made with another task file or another model than "{1}" and "{2}" are now ({3}), so its measurements do not hold. Start it anew.':
    "{0}：运行所用的任务文件或模型与现在的 “{1}” 和 “{2}” 不同（{3}），因此其测量无效。请重新开始。",
  "{0}:1: not the journal of a run that this version can resume{1}.": "{0}:1：不是此版本能继续的运行的日志{1}。",
  '{0}:1: a run of "secateur {1}", not of "secateur {2}"; go on with it by the former\'s --resume.':
    "{0}:1：是 “secateur {1}” 的运行，而不是 “secateur {2}” 的；请用前者的 --resume 继续。",
  "Positions that are left out stay as they are in the spliced runs, too.": "未用的位置在替换运行中也保持原样。",
  "{0}: no state of its held-out texts counts. Give more or longer texts.":
    "{0}：其留出文本没有可用的状态。请给出更多或更长的文本。",
  "The strongest contexts overstate how selective a feature is; look at those of 50 to 90 % too.":
    "最强的上下文会夸大特征的选择性；请也看 50 % 到 90 % 的上下文。",
  "Effects on the task are estimates from gradients (attribution patching): they order features, they do not prove them.":
    "对任务的效应是由梯度估计的（归因修补）：只用来给特征排序，并不证明什么。",
  "No token {0} stands in the texts that were looked at.": "在看过的文本中没有词元 {0}。",
  "It is a transcoder, which gives another site's values; its features cannot be looked at or steered with here.":
    "它是转码器，给出另一位置的值；在此不能查看其特征，也不能用其引导。",
  "Steering needs a site of the stream's width; {0} is read by a matrix first.":
    "引导需要与残差流同宽的位置；{0} 先要经过一个矩阵读取。",
  "Feature {0} fires in none of {1} states, so that there is no strength to measure by. Take another one, or more --tokens.":
    "特征 {0} 在 {1} 个状态中都不激活，因此没有衡量强度的尺度。请换一个，或用更大的 --tokens。",
  "The dictionary has {0} features; {1} are needed for random ones beside it.":
    "字典有 {0} 个特征；旁边的随机对照需要 {1} 个。",
  "At none of these strengths KL on neutral text is below {0} nats.":
    "在这些强度下，中性文本上的 KL 都不低于 {0} 奈特。",
  "Text stays sane (KL on neutral text below {0} nats) at strengths {1}.":
    "在强度 {1} 下文本保持正常（中性文本上的 KL 低于 {0} 奈特）。",
  "--also names {0}, and {1} takes whole numbers of features from 1 to {2}.":
    "--also 指名了 {0}，而 {1} 取 1 到 {2} 的整数个特征。",
  "--k is {0}, more than the {1} features; give a smaller --k or more --features.":
    "--k 为 {0}，超过特征数 {1}；请用较小的 --k 或较大的 --features。",
  "SAELens has no form for a transcoder of kind topk; take batchtopk, l1 or jumprelu.":
    "SAELens 没有 topk 类转码器的格式；请使用 batchtopk、l1 或 jumprelu。",
  "It explains no more than the mean of the states does: it did not learn. Give a smaller --rate, or more --steps.":
    "它解释的不比状态的均值多：没有学到东西。请给出更小的 --rate，或更多 --steps。",
  "Without a pull towards few features nothing asks for meaning: {0} fire in a state of {1} numbers. The unit basis and its opposite would reconstruct everything.":
    "没有朝少数特征的拉力，就没有什么要求有意义：在宽 {1} 个数的状态中有 {0} 个激活。单位基及其反向也能重建一切。",
  "{0} scores edges alone; {1}add --edges, or choose another method.":
    "{0} 只给边评分；{1}请加上 --edges，或选择另一种方法。",
  '"secateur patch" measures units, ': "“secateur patch” 测量单元；",
  "{0} has no scores by position; leave --positions out.": "{0} 没有按位置的分数；请去掉 --positions。",
  "{0}: stability is judged on held-out examples; ask for some with --held-out.":
    "{0}：稳定性在留出样本上判断；请用 --held-out 要求一些。",
  "{0}: was found with another task file ({1}) than {2} is now, so searches on that say nothing of it; name its own task, or find the circuit anew.":
    "{0}：是用另一个任务文件（{1}）找到的，而不是现在的 {2}，因此在其上搜索说明不了什么；请指名它自己的任务，或重新寻找电路。",
  "{0}: was found in other weights than those of {1}; name the model that it was found in with --model.":
    "{0}：是在 {1} 之外的权重中找到的；请用 --model 指名找到它的模型。",
  "{0}: is no relation; it needs prompt_templates with {} for the subject, and samples of subject and object.":
    "{0}：不是关系；它需要以 {} 表示主体的 prompt_templates，以及主体和客体的 samples。",
  "Name at least one circuit file, and at least one task with --tasks.":
    "请至少指名一个电路文件，并用 --tasks 至少指名一个任务。",
  "held-out templates (heldOutTemplates)": "留出的模板（heldOutTemplates）",
  "second corruption (corruptions)": "第二种损坏方式（corruptions）",
  "{0}: has no {1}, so there is nothing to measure across.": "{0}：没有{1}，因此没有可跨越测量的内容。",
  "--text: {0} has no {} for the subject.": "--text：{0} 没有表示主体的 {}。",
  "{0} knows {1} of the answers of {2}, and five are needed: one whose prompt is used, and four that are moved.":
    "{0} 知道 {2} 个答案中的 {1} 个，而需要五个：一个用其提示，四个被移植。",
  "two-hop task": "两跳任务",
  "Two-hop tasks": "两跳任务",
  "--decoder patchscope: its prompt has {0} tokens and {1} reads {2}. Take --decoder logit or shifted.":
    "--decoder patchscope：其提示有 {0} 个词元，而 {1} 读 {2} 个。请使用 --decoder logit 或 shifted。",
  "{0} of the right answers come without the first hop too, so that they need no two hops.":
    "正确答案中有 {0} 个没有第一跳也会出现，因此它们不需要两跳。",
  'What "{0}" does depends on no coefficient, so there are no doses of it.':
    "“{0}” 的作用不取决于系数，因此没有不同的剂量。",
  "There are {0} directions and {1} {2}; give one for each.": "有 {0} 个方向和 {1} 个 {2}；请各给一个。",
  "The direction is not known at layer {0}; it is at {1}.": "第 {0} 层没有此方向；有此方向的层为 {1}。",
  "--method {0} is made from {1}; name its file.": "--method {0} 由{1}制作；请指名其文件。",
  "contrast sets": "对照集",
  "{0}: a component is taken of differences between pairs, and these texts are no pairs; write them under pairs.":
    "{0}：主成分取自成对文本之差，而这些文本不成对；请写在 pairs 下。",
  'No layer passes the rule "{0}"; name one with --layer.': "没有层通过规则 “{0}”；请用 --layer 指名一层。",
  "{0} has no score to choose a layer by; name one with --layer where it acts.":
    "{0} 没有用来选择层的 score；使用时请用 --layer 指名一层。",
  "{0} (layer {1}: change {2}, KL {3})": "{0}（第 {1} 层：变化 {2}，KL {3}）",
  "{0} (no layer passes)": "{0}（没有层通过）",
  "Read at {0} of these positions: {1}.": "在这些位置中取 {0} 处读取：{1}。",
  "a relation's samples": "关系的样本",
  "{0}: a prompt of {1} examples has up to {2} tokens, and {3} reads {4} at most. Show fewer examples with --shots, or write them shorter with --form list.":
    "{0}：{1} 个示例的提示最多有 {2} 个词元，而 {3} 最多读 {4} 个。请用 --shots 减少示例，或用 --form list 写得更短。",
  "The model answers only {0} % of the queries with examples before them; there is little that a vector could carry.":
    "前面带示例时模型只答对 {0} % 的查询；向量所能携带的很少。",
  "a dictionary": "字典",
  "--method feature takes --feature, the number of one.": "--method feature 需要 --feature，即一个特征的编号。",
  "files of directions joined by + and -": "用 + 和 - 连接的方向文件",
  "no text of {0}": "不是 {0} 的文本",
  "--method {0} takes --plus and --minus, texts whose first tokens it lies between; {1} is {2}.":
    "--method {0} 需要 --plus 和 --minus，即以其首词元为两端的文本；{1} {2}。",
  "--method neuron takes --layer and --neuron.": "--method neuron 需要 --layer 和 --neuron。",
  "a fitted relation (*.relation.json)": "拟合的关系（*.relation.json）",
  "{0}: its states are {1} wide, and those of {2} {3}. It is another model's.":
    "{0}：其状态宽 {1}，而 {2} 的宽 {3}。它属于另一个模型。",
  "--method {0} is none of the weights.": "--method {0} 不是由权重制作的方法。",
  "No layer and coefficient keeps KL on neutral text at {0} nats; try smaller --coefficients.":
    "没有层和系数能使中性文本上的 KL 保持在 {0} 奈特；请试较小的 --coefficients。",
  discovery: "发现",
  "There are {0} validation examples, too few to say how far the search may go, so it stopped where the criterion would break on the discovery examples. Ask for fewer discovery or held-out examples, or add some to the task.":
    "验证样本只有 {0} 个，不足以判断搜索可以走多远，因此搜索停在发现样本上判据将被打破之处。请减少发现样本或留出样本，或给任务添加样本。",
  "{0} of the {1} connections among what is kept were measured: those of the largest estimates by edge attribution, among searched units first.":
    "在保留部分的 {1} 条连接中测量了 {0} 条：即边归因估计值最大的那些，被搜索单元之间的优先。",
  "f = {0} on the {1} examples: the circuit overshoots the model ({2} against {3} {4}).":
    "在{1}样本上 f = {0}：电路超过了模型（{2} 对 {3} {4}）。",
  "The held-out figures miss the criterion ({0}): f {1}, accuracy {2} against the model's {3}, KL {4} nats. More discovery examples make a circuit that generalises.":
    "留出样本上的数值不满足判据（{0}）：f {1}，准确率 {2}，模型为 {3}，KL {4} 奈特。发现样本更多，电路才能推广。",
  "The model itself is right in only {0} % of the {1} examples.": "模型自身在{1}样本中只答对 {0}%。",
  "One in twenty random circuits of this size per layer is as faithful (f ≥ {0}).":
    "每层同样大小的随机电路中，二十个里就有一个同样忠实（f ≥ {0}）。",
  "The search stopped before a whole pass removed nothing; single units may still go.":
    "搜索在整整一轮都无可移除之前就停止了；可能还有单个单元可以去掉。",
  "judged by {0} validation examples that the search did not see": "依据搜索没有见过的 {0} 个验证样本判断",
  "judged by {0} validation examples of {1} prompts that the search did not see":
    "依据搜索没有见过的 {1} 个提示的 {0} 个验证样本判断",
  "different prompts of the {0}": "{0}的不同提示",
  "on {0} other examples of this task": "在此任务另外 {0} 个样本上",
  "on {0} other examples of {1} other prompts of this task": "在此任务另外 {1} 个提示的 {0} 个样本上",
  "On the {0} validation examples the model and the empty circuit differ too little for f to mean anything, so the search stopped where the criterion would break on the discovery examples. Ask for more of them (--validation), or choose another corruption.":
    "在 {0} 个验证样本上，模型与空电路相差太小，f 没有意义，因此搜索停在发现样本上判据将被打破之处。请要求更多验证样本（--validation），或选择另一种破坏方式。",
  "On the {0} held-out examples the model and the empty circuit differ too little for f to mean anything, so no figures were measured there. Ask for more of them (--held-out), or choose another corruption.":
    "在 {0} 个留出样本上，模型与空电路相差太小，f 没有意义，因此没有在其上测量数值。请要求更多留出样本（--held-out），或选择另一种破坏方式。",
  "Seed {0}: {1}": "种子 {0}：{1}",
  "{0} of the {1} {2} examples have a clean prompt that this circuit was searched on, so they say too much for it. The numbers of examples and the seed of its file keep them apart.":
    "{1} 个{2}样本中有 {0} 个的干净提示是搜索此电路时用过的，因此它们对该电路过于有利。使用文件中的样本数量和种子可将两者分开。",
  validation: "验证",
  "{0}, one of {1} circuits that were looked at on them": "{0}，它是在其上看过的 {1} 个电路之一",
  "The criterion would hold {0} in {1} of all draws, {2}; but it does not hold on the discovery examples.":
    "{2}，判据{0}会在全部抽样的 {1} 中成立；但它在发现样本上不成立。",
  "The criterion would hold {0} in {1} of all draws (at least {2} was asked for), {3}.":
    "{3}，判据{0}会在全部抽样的 {1} 中成立（要求至少 {2}）。",
  "The criterion would hold {0} in only {1} of all draws, though {2} was asked for, {3}; putting removed units back did not help.":
    "{3}，判据{0}只会在全部抽样的 {1} 中成立，而要求的是 {2}；把移除的单元放回也没有帮助。",
};
