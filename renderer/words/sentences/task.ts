// What the engine says on task files and their prompts, in Chinese.
export const task = {
  "{0} and {1}": "{0} 和 {1}",
  ", and {0} more": "，另有 {0} 个",
  '{0}: {1} of the {2} entries of list "{3}" are left out because they are not single tokens here: {4}{5}.':
    "{0}：列表 “{3}” 的 {2} 项中有 {1} 项未用，因为它们在此不是单个词元：{4}{5}。",
  "answer {0}, and an answer must be one token": "答案 {0}，而答案必须是一个词元",
  ", such as {0}": "，如 {0}",
  'no word of list "{0}" is a single token where slot "{1}" needs one{2}':
    "列表 “{0}” 中没有词是单个词元，而槽位 “{1}” 需要{2}",
  '"ablation.reference" is "{0}"; {1} gives {2}, write {3}.': "“ablation.reference” 为 “{0}”；{1} 用 {2}，请写 {3}。",
  '"ablation.perPosition" belongs to kind {0}; remove it or write kind: {1}.':
    "“ablation.perPosition” 属于 {0} 类型；请去掉它，或写 kind: {1}。",
  "all, last, end, or end-1, end-2, …": "all、last、end，或 end-1、end-2……",
  "is no file of contrast sets; it needs kind: contrast-sets, and two lists of texts under plus and minus.":
    "不是对照集文件；它需要 kind: contrast-sets，以及 plus 和 minus 下的两个文本列表。",
  "texts stand under pairs and under plus or minus; keep one of them.":
    "文本既在 pairs 下，又在 plus 或 minus 下；请只保留一种。",
  '"plus" is missing; write the texts of one side under plus, those of the other under minus.':
    "缺少 “plus”；请把一侧的文本写在 plus 下，另一侧的写在 minus 下。",
  '"minus" is missing; write the texts of the other side under minus.': "缺少 “minus”；请把另一侧的文本写在 minus 下。",
  "text {0} of {1} stands there before; keep one.": "{1} 的第 {0} 条文本前面已有；请保留一条。",
  "text {0} of minus stands under plus too; a text is on one side.":
    "minus 的第 {0} 条文本在 plus 下也有；一条文本只属于一侧。",
  "is a chat, and the template is plain; write template: chat.": "是聊天，而模板为 plain；请写 template: chat。",
  '"{0}" is no regular expression.': "“{0}” 不是正则表达式。",
  "the split asks for {0} texts of each side, and the smaller side has {1}; ask for fewer.":
    "划分每侧要求 {0} 条文本，而较小的一侧有 {1} 条；请减少。",
  "{0}: {1} texts of the larger side are in no split.": "{0}：较大一侧有 {1} 条文本不在任何划分中。",
  "plus and minus; text and label; messages and label; question, answer_matching_behavior and answer_not_matching_behavior":
    "plus 和 minus；text 和 label；messages 和 label；question、answer_matching_behavior 和 answer_not_matching_behavior",
  "is no row of contrast sets; it needs {0} (label is plus or minus).":
    "不是对照集的一行；它需要 {0}（label 为 plus 或 minus）。",
  "has {0} texts of plus and {1} of minus; it takes at least 4 of each.":
    "plus 有 {0} 条文本，minus 有 {1} 条；每侧至少 4 条。",
  "{0}, and {1} more": "{0}，另有 {1} 个",
  "the prompts that fit ({0}) give {1} examples without a clean prompt in {2}":
    "适用的提示（{0} 个）给出 {1} 个样本，且没有干净提示同时在{2}中",
  both: "两者",
  "two of them": "其中两者",
  "{0}: {1} examples are asked for, but {2}; ask for fewer.": "{0}：要求 {1} 个样本，而{2}；请减少。",
  '{0}: there is no corruption "{1}"; the prompts have {2}.{3}': "{0}：没有损坏方式 “{1}”；各提示有 {2}。{3}",
  " The task needs {0}.": " 此任务需要 {0}。",
  "prompt {0}: {1}.{2}": "提示 {0}：{1}。{2}",
  prompts: "条提示",
  "{0}: answers that are numbers are token ids: {1} is the token {2}. Write a word in quotes, with its leading space.":
    "{0}：作为答案的数是词元编号：{1} 是词元 {2}。若要写词，请加引号并带上开头的空格。",
  'there is no corrupt prompt "{0}"': "没有损坏提示 “{0}”",
  "the clean prompt has {0} tokens and the corrupt one {1} ({2} and {3}); make them equally long":
    "干净提示有 {0} 个词元，损坏提示有 {1} 个（{2} 与 {3}）；请使二者等长",
  "answer {0}, and an answer must be one token; write one that is, with its leading space":
    "答案 {0}，而答案必须是一个词元；请写一个是单个词元的答案，带上开头的空格",
  "token id {0} is not in the tokenizer, which has {1} tokens, so the file may be for another model":
    "词元编号 {0} 不在分词器中，分词器有 {1} 个词元，因此文件可能属于另一个模型",
  "word_idxs.{0} is {1}, but the prompt has {2} tokens": "word_idxs.{0} 为 {1}，而提示有 {2} 个词元",
  discovery: "发现",
  validation: "验证",
  "held-out": "留出",
  "--examples, or split.discovery in the file": "--examples，或文件中的 split.discovery",
  "--validation": "--validation",
  "--held-out, or split.heldOut in the file": "--held-out，或文件中的 split.heldOut",
  '{0}: there is no template "{1}"; the task has {2}.': "{0}：没有模板 “{1}”；任务有 {2}。",
  '{0}: there is no corruption "{1}"; the task has {2}.{3}': "{0}：没有损坏方式 “{1}”；任务有 {2}。{3}",
  "{0}: template {1} cannot be used: {2}.": "{0}：模板 {1} 不能使用：{2}。",
  "Use other words, or a model whose tokenizer has them": "请用其他词，或分词器有这些词的模型",
  "The task needs {0}": "此任务需要 {0}",
  "{0}: there are only {1} different {2} examples.": "{0}：只有 {1} 个不同的{2}样本。",
  "{0}: only {1} different {2} examples can be made, but {3} are asked for; ask for fewer ({4}) or add words.{5}{6}":
    "{0}：只能生成 {1} 个不同的{2}样本，而要求 {3} 个；请减少（{4}）或增加词。{5}{6}",
  "clean and corrupt prompt are the same": "干净提示与损坏提示相同",
  "there is no right answer": "没有正确答案",
  "there is no wrong answer": "没有错误答案",
  "a right answer is wrong as well": "某个正确答案同时是错误答案",
  "position {0} lies outside the prompt": "位置 {0} 在提示之外",
  "the tokenizer has no tokens for part of them": "分词器没有其中某部分的词元",
  "clean and corrupt prompt have different numbers of tokens": "干净提示与损坏提示的词元数不同",
  "a word is not a token of its own there": "某个词在该处不是独立的词元",
  "{0}: answer {1}, and an answer must be one token.": "{0}：答案 {1}，而答案必须是一个词元。",
  "{0} draws were left out because {1}, such as {2}.": "{0} 次抽取未用，因为{1}，如 {2}。",
  "{0}: {1} {2} examples are asked for; ask for a whole number of at least {3}.":
    "{0}：要求 {1} 个{2}样本；请要求不小于 {3} 的整数。",
  " Fields here are {0}.": " 此处的字段有 {0}。",
  'unknown field "{0}"{1}.{2}': "未知字段 “{0}”{1}。{2}",
  '"{0}" cannot be a name; write {1}.': "“{0}” 不能作为名称；请写{1}。",
  "{0} is missing; write {1}.": "缺少 {0}；请写{1}。",
  "{0} is {1}; write {2}.": "{0} 为 {1}；请写{2}。",
  "is missing": "缺少",
  "is {0}": "为 {0}",
  "{0} {1}; write {2}.": "{0} {1}；请写{2}。",
  "a number {0} {1}": "{0} {1} 的数",
  above: "大于",
  "of at least": "不小于",
  "a number of at most {0}": "不大于 {0} 的数",
  "a text, in quotes": "加引号的文本",
  ' (Did you mean "{0}"?)': "（你是指 “{0}” 吗？）",
  "fields (name: value)": "字段（名称: 值）",
  character: "个字符",
  entry: "项",
  another: "另一个",
  '"{0}"': "“{0}”",
  " in {0}": "（在 {0} 中）",
  "an empty list": "空列表",
  empty: "空",
  "a set of fields": "一组字段",
  comma: "逗号",
  commas: "逗号",
  semicolon: "分号",
  semicolons: "分号",
  tab: "制表符",
  tabs: "制表符",
  bar: "竖线",
  bars: "竖线",
  'column "{0}" stands twice; keep one.': "列 “{0}” 出现两次；请保留一个。",
  "is not a CSV table: {0}.": "不是 CSV 表格：{0}。",
  "has another number of cells than the header; a cell that holds a {0} needs double quotes.":
    "的单元格数与表头不同；含有{0}的单元格需要加双引号。",
  'has a double quote inside a cell; put the cell in double quotes and write "" for each of its own.':
    '单元格内有双引号；请将单元格放入双引号中，其中每个双引号写成 ""。',
  "begins a cell with a double quote that is never closed.": "有以双引号开头的单元格，而双引号没有关闭。",
  "has a row of more than {0} characters; is a double quote not closed?":
    "有一行超过 {0} 个字符；是否有双引号没有关闭？",
  "answers are token ids of the tokenizer that the file was made for; with another model they mean other words.":
    "答案是制作该文件时所用分词器的词元编号；用另一个模型时它们表示别的词。",
  "answers are words; a space goes before each that has none, unless the prompt ends with one.":
    "答案是词；没有空格的词前会加一个空格，除非提示以空格结尾。",
  "answers are is, was, has and are, were, have; EAP-IG sums over a longer list of verbs.":
    "答案为 is、was、has 与 are、were、have；EAP-IG 对更长的动词表求和。",
  "correct_idx is read as the two-digit year; answers are all larger years.":
    "correct_idx 按两位数的年份读取；答案是所有更大的年份。",
  "label is read as the two-digit year; answers are all larger years.":
    "label 按两位数的年份读取；答案是所有更大的年份。",
  "columns are {0}, parted by {1}; a task table needs clean, corrupted and one of: {2}.":
    "各列为 {0}，以{1}分隔；任务表格需要 clean、corrupted 以及以下之一：{2}。",
  "clean or corrupted is empty; write both prompts.": "clean 或 corrupted 为空；请写出两条提示。",
  "a token id, a word, or a list such as [262, 11]": "词元编号、词，或列表，如 [262, 11]",
  "a word, or a list such as [' Paris', ' Lyon']": "词，或列表，如 [' Paris', ' Lyon']",
  "the year is {0}; write its last two digits, 1 to 98. Answers that are words or ids need a column incorrect_idx beside correct_idx.":
    "年份为 {0}；请写其最后两位，1 到 98。答案为词或编号时，correct_idx 旁还需要一列 incorrect_idx。",
  "plural is {0}; write 0 or 1.": "plural 为 {0}；请写 0 或 1。",
  "{0}: fields that are not read: {1}.": "{0}：未读取的字段：{1}。",
  "is not a row of a MIB data set; it needs prompt with choices and answerKey, prompt with label, or clean, corrupted and year, and a counterfactual.":
    "不是 MIB 数据集的一行；它需要 prompt 与 choices 和 answerKey，prompt 与 label，或 clean、corrupted 和 year，以及一个反事实。",
  "answerKey is {0}, but there are {1} choices; count from 0.": "answerKey 为 {0}，而有 {1} 个选项；请从 0 数起。",
  "answerKey is {0}, but the labels are {1}; name one of them.": "answerKey 为 {0}，而标签为 {1}；请指名其中之一。",
  "year is {0}; its last two digits must be 01 to 98.": "year 为 {0}；其最后两位须为 01 到 98。",
  "has more than {0} rows, the most that are read; split it into smaller files.":
    "超过 {0} 行，即读取的上限；请拆分为较小的文件。",
  "has no rows.": "没有行。",
  "ends too early; is the file cut off?": "结束得太早；文件是否被截断？",
  "has something after the end of the JSON value; remove it.": "在 JSON 值结束之后还有内容；请去掉它。",
  "is nested more than {0} deep; no task file needs that.": "嵌套超过 {0} 层；任务文件不需要这样。",
  "is not JSON here; expected a value such as a text in double quotes.":
    "此处不是 JSON；应为一个值，如双引号中的文本。",
  "is not JSON here; expected a field name in double quotes.": "此处不是 JSON；应为双引号中的字段名。",
  'has a comma before "{0}"; remove it.': "在 “{0}” 之前有逗号；请去掉它。",
  'is not JSON here; expected "," or "{0}".': "此处不是 JSON；应为 “,” 或 “{0}”。",
  "has a text that is not closed, or a control character or wrong \\ in it.":
    "有没有关闭的文本，或其中有控制字符或错误的 \\。",
  'is not JSON here; expected "{0}".': "此处不是 JSON；应为 “{0}”。",
  'field "{0}" stands here for the second time; keep one.': "字段 “{0}” 在此第二次出现；请保留一个。",
  ", in line {0}": "，在第 {0} 行",
  "{0}: {1} of {2} {3} left out; the first{4}": "{0}：{2} {3}中有 {1} 条未用；第一条{4}",
  "is not a task file by its name; tasks end in {0}.": "按名称不是任务文件；任务以 {0} 结尾。",
  "{0}: {1} prompts begin with {2} as they are written; it is not put before them again.":
    "{0}：{1} 条提示本身以 {2} 开头；不再在其前面添加。",
  "{0} has {1} problems:": "{0} 有 {1} 个问题：",
  "and {0} more.": "另有 {0} 个。",
  '"split.by" names slots, and prompts have none; remove it.': "“split.by” 指名槽位，而提示没有槽位；请去掉它。",
  "prompt {0} has the same clean and corrupt text; nothing would be measured.":
    "提示 {0} 的干净文本与损坏文本相同；将无可测量。",
  "prompt {0} has no wrong_answers, which the metric needs; write some or choose metric: log-probability.":
    "提示 {0} 没有 wrong_answers，而该指标需要；请写一些，或选择 metric: log-probability。",
  "{0} is right and wrong in prompt {1}; keep one.": "在提示 {1} 中 {0} 既正确又错误；请保留一种。",
  '"split.by" names slots, and a relation has none; remove it.': "“split.by” 指名槽位，而关系没有槽位；请去掉它。",
  'template "{0}" has no {} for the subject; write it where the subject stands.':
    "模板 “{0}” 没有放主体的 {}；请写在主体所在之处。",
  'template "{0}" ends with a space; remove it, the object follows after one.':
    "模板 “{0}” 以空格结尾；请去掉它，客体会在一个空格之后。",
  '{0}: {1} of {2} samples {3} an earlier one and {4} left out; the first: "{5}" → "{6}".':
    "{0}：{2} 个样本中有 {1} 个与前面的{3}，{4}未用；第一个：“{5}” → “{6}”。",
  repeats: "重复",
  repeat: "重复",
  is: "因而",
  are: "因而",
  'the task names no position "{0}" (it has {1}).': "任务没有命名位置 “{0}”（它有 {1}）。",
  "role {0}: {1}{2}": "角色 {0}：{1}{2}",
  'role {0}: "{1}" needs the name of a role; write role: NAME.': "角色 {0}：“{1}” 需要角色的名称；请写 role: NAME。",
  'role {0}: "{1}" is about what a head writes at END, but it looks from "{2}".':
    "角色 {0}：“{1}” 关于头在 END 处写入的内容，而它从 “{2}” 处看。",
  "letters and digits, beginning with a letter": "字母和数字，以字母开头",
  "letters, digits, _ and -, beginning with a letter": "字母、数字、_ 和 -，以字母开头",
  "at most {0} entries": "最多 {0} 项",
  "{0}: there is no such {1} or file. {2} here are {3}.": "{0}：没有这样的{1}或文件。此处的{2}有 {3}。",
  "is not UTF-8 text; save it as UTF-8, or name a task file (.yaml, .json, .csv, .tsv, .jsonl).":
    "不是 UTF-8 文本；请保存为 UTF-8，或指名任务文件（.yaml、.json、.csv、.tsv、.jsonl）。",
  "is empty; see tasks/README.md for a task to begin with.": "为空；可从 tasks/README.md 中的任务开始。",
  "holds the control character {0}; remove it, or name a text file.": "含有控制字符 {0}；请去掉它，或指名文本文件。",
  "uses YAML aliases (*name) that unfold to too much, more than {0}; write the values out.":
    "YAML 别名（*名称）展开后太大，超过 {0}；请把值写出来。",
  "a tab is used for indentation; use spaces": "用制表符缩进；请用空格",
  "holds several documents (---); keep one task per file": "含有多个文档（---）；请每个文件一个任务",
  "is indented wrongly; fields of one level begin in the same column": "缩进有误；同一级的字段须从同一列开始",
  "lacks a character, such as a closing quote, bracket or comma": "缺少一个字符，如右引号、右括号或逗号",
  'cannot be read as one field; a text that holds ": " needs quotes': "不能作为一个字段读取；含有 “: ” 的文本需要引号",
  "cannot be read as YAML": "不能作为 YAML 读取",
  "begins with a character that YAML keeps for itself; put the text in quotes":
    "以 YAML 保留的字符开头；请给文本加引号",
  "has a tag (!name); tasks use no tags, remove it": "有标签（!名称）；任务不使用标签，请去掉它",
  "has something here that YAML does not expect; a text with { [ * & ! % @ at its beginning needs quotes":
    "此处有 YAML 不允许的内容；以 { [ * & ! % @ 开头的文本需要引号",
  "has a field name that goes over several lines; is a colon or a quote missing?":
    "有跨越多行的字段名；是否缺少冒号或引号？",
  "comes before a bracket, [ or {, of an earlier line is closed; close it.":
    "在前面某行的括号 [ 或 { 关闭之前出现；请关闭它。",
  "is not YAML: {0}.": "不是 YAML：{0}。",
  'list "{0}"': "列表 “{0}”",
  "{0} has {1} {2}, but there are {3} columns; write one entry for each.":
    "{0} 有 {1} {2}，而有 {3} 列；请每列写一项。",
  'columns of list "{0}"': "列表 “{0}” 的列",
  '"{0}" stands twice in {1}; keep one.': "“{0}” 在{1}中出现两次；请保留一个。",
  '"slots" is empty; name each slot and its list, such as S: name.':
    "“slots” 为空；请指名每个槽位及其列表，如 S: name。",
  'slot "{0}" draws from list "{1}", which is not under lists.{2}': "槽位 “{0}” 取自列表 “{1}”，而它不在 lists 下。{2}",
  '"{0}" has a meaning of its own; give the slot another name.': "“{0}” 另有含义；请给槽位换一个名称。",
  "the template has no {{0}}, but bothOrders exchanges it; add it or remove bothOrders.":
    "模板没有 {{0}}，而 bothOrders 要交换它；请加上它，或去掉 bothOrders。",
  'the prompt ends with a space; remove it, answers begin with one (" Mary").':
    "提示以空格结尾；请去掉它，答案以空格开头（“ Mary”）。",
  "the prompt begins with a space; remove it.": "提示以空格开头；请去掉它。",
  '{{0}+{1}} goes beyond list "{2}", which has {3} entries.': "{{0}+{1}} 超出列表 “{2}”，它有 {3} 项。",
  '"{0}" is not a slot; declare it under slots (there are {1}).{2}':
    "“{0}” 不是槽位；请在 slots 下声明它（已有 {1}）。{2}",
  'slot "{0}" has the name of a mention of slot "{1}"; give one of them another name.':
    "槽位 “{0}” 与槽位 “{1}” 的一个提及同名；请给其中之一换一个名称。",
  'there are no "{0}"; write them for the task or for this template, such as {1}: [" {S}"].':
    '没有 “{0}”；请为任务或此模板写出，如 {1}: [" {S}"]。',
  'answer "{0}" would follow "{1}" without a space; write " {2}".':
    "答案 “{0}” 会不带空格地接在 “{1}” 之后；请写 “ {2}”。",
  "a part of a list needs exactly one of after, before and upTo; there are {0}.":
    "列表的一部分需要 after、before 和 upTo 中恰好一个；现在有 {0} 个。",
  '"{0}" is not under lists.{1}': "“{0}” 不在 lists 下。{1}",
  'list "{0}" has {1} words, more than the {2} that can be answers; name a shorter list.':
    "列表 “{0}” 有 {1} 个词，超过可作答案的 {2} 个；请指名较短的列表。",
  'slot "{0}" draws from list "{1}", not from "{2}"; name a slot of that list.':
    "槽位 “{0}” 取自列表 “{1}”，而不是 “{2}”；请指名取自该列表的槽位。",
  '"{0}" means the templates\' own corrupt texts; choose another name.':
    "“{0}” 表示模板自己的损坏文本；请选择另一个名称。",
  'corruption "{0}" changes nothing; write such as { S2: new }.': "损坏方式 “{0}” 什么都不改变；请写如 { S2: new }。",
  'slot "{0}" draws from list "{1}", but {2} from "{3}"; only a slot of one list can take its place.':
    "槽位 “{0}” 取自列表 “{1}”，而 {2} 取自 “{3}”；只有同一列表的槽位可以替代它。",
  'corruption "{0}" is not under corruptions (there are {1}).{2}':
    "损坏方式 “{0}” 不在 corruptions 下（已有 {1}）。{2}",
  'nothing says how the corrupt prompt is made; write "corrupt" for the template or corruptions for the task.':
    "没有说明损坏提示如何生成；请为模板写 “corrupt”，或为任务写 corruptions。",
  'there are {0} corruptions; say with "corruption" which one is the default.':
    "有 {0} 种损坏方式；请用 “corruption” 说明默认是哪一种。",
  'position "{0}" is none; write a mention such as S1, S1+1 or END.':
    "“{0}” 不是位置；请写一个提及，如 S1、S1+1 或 END。",
  '"split.order" belongs to tasks with prompts; remove it.': "“split.order” 属于带提示的任务；请去掉它。",
  'slot "{0}" is not used; use it as {{1}} or remove it.': "槽位 “{0}” 没有使用；请以 {{1}} 使用它，或去掉它。",
  'there is no "{0}"{1}; mentions are {2}.{3}': "没有 “{0}”{1}；提及有 {2}。{3}",
  " in template {0}": "（在模板 {0} 中）",
  'position "{0}": template {1} has no mention "{2}" (it has {3}).{4}':
    "位置 “{0}”：模板 {1} 没有提及 “{2}”（它有 {3}）。{4}",
  "its columns are {0}": "其列有 {0}",
  "its list has no columns, write {{0}}": "其列表没有列，请写 {{0}}",
  '{{0}.{1}}: slot "{2}" has no column "{3}"; {4}.{5}': "{{0}.{1}}：槽位 “{2}” 没有列 “{3}”；{4}。{5}",
  'has a "}" without "{"; slots are written {NAME}': "有 “}” 而没有 “{”；槽位写作 {NAME}",
  'has a "{" that is not closed; slots are written {NAME}': "有没有关闭的 “{”；槽位写作 {NAME}",
  'has "{{0}}"; write {SLOT}, {SLOT.column} or {SLOT+1} with letters and digits':
    "有 “{{0}}”；请用字母和数字写 {SLOT}、{SLOT.column} 或 {SLOT+1}",
  "Write at least one form.": "请至少写一种形式。",
  'there is no form "{0}" (there are {1}).': "没有形式 “{0}”（有 {1}）。",
  '"{0}" has no {1} in it.': "“{0}” 中没有 {1}。",
  "a task is a set of fields (name: value); see tasks/README.md for one to begin with.":
    "任务是一组字段（名称: 值）；可从 tasks/README.md 中的任务开始。",
  'this is a two-hop task, which "secateur two-hop" takes; here it needs to be a contrast or a relation.':
    "这是两跳任务，用于 “secateur two-hop”；此处需要对照任务或关系。",
  'is a file of contrast sets, from which directions are made; give it to "secateur vector make".':
    "是对照集文件，用来制作方向；请交给 “secateur vector make”。",
  '"kind" is {0}; write "contrast", "relation" or "two-hop".':
    "“kind” 为 {0}；请写 “contrast”、“relation” 或 “two-hop”。",
  '"kind" is missing; write kind: contrast (templates or prompts) or kind: relation (samples).':
    "缺少 “kind”；请写 kind: contrast（templates 或 prompts）或 kind: relation（samples）。",
  "the tokenizer has no tokens for {0} in {1}": "分词器没有 {1} 中 {0} 的词元",
  "{0} is not in the tokenizer's vocabulary": "{0} 不在分词器的词表中",
  "{0} is {1} tokens ({2}{3})": "{0} 是 {1} 个词元（{2}{3}）",
  "uses more than {0} aliases (*name); write the values out.": "使用超过 {0} 个别名（*名称）；请把值写出来。",
  "uses the alias *{0}, but there is no anchor &{1} before it; write the value out.":
    "使用别名 *{0}，而前面没有锚点 &{1}；请把值写出来。",
  "is no text, so it cannot be the name of a field; write name: value.": "不是文本，因此不能作字段名；请写 名称: 值。",
};
