// What the engine says on sweeps, in Chinese.
export const sweep = {
  " Verbs are {0}.": " 可用的操作有 {0}。",
  ' Did you mean "{0}"?': " 你是指 “{0}” 吗？",
  'there is no verb "{0}".{1}': "没有操作 “{0}”。{1}",
  "the grid has {0} cells, and a sweep has {1} at most; split it into several files.":
    "网格有 {0} 格，而一次扫描最多 {1} 格；请拆分为几个文件。",
  "there is no task file {0}; name tasks from the folder of the sweep file on.":
    "没有任务文件 {0}；请从扫描文件所在的文件夹起指名任务。",
  '"{0}" is no setting of {1}; correct the name or leave it out.': "“{0}” 不是 {1} 的设置；请改正名称或去掉它。",
  "{0} is {1}, which {2} cannot take. {3}": "{0} 为 {1}，{2} 不能接受。{3}",
  "--only {0}: write an axis and its value; axes are {1}.": "--only {0}：请写轴及其值；轴有 {1}。",
  "--only {0}: {1} is none of {2}.": "--only {0}：{1} 不在 {2} 中。",
};
