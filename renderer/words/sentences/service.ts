// What the engine says on jobs and results, in Chinese.
export const service = {
  "Another model is being fetched; stop it or wait for it.": "正在下载另一个模型；请停止它或等待。",
  "There is no example {0} in this task.": "此任务没有样本 {0}。",
  '"{0}" is no unit; units look like a3.h1, m2 or m2.n17.': "“{0}” 不是单元；单元形如 a3.h1、m2 或 m2.n17。",
  '"{0}" is no head; heads look like a3.h1.': "“{0}” 不是头；头形如 a3.h1。",
  "settings of {0}": "{0} 的设置",
  "{0} cannot be paused in the middle of its work; let it run, or stop it.":
    "{0} 不能在中途暂停；请让它运行，或停止它。",
  "it is finished": "它已完成",
  "its verb begins anew": "此操作只能重新开始",
  "{0} cannot be gone on with: {1}. Run it again with the same settings.": "{0} 无法继续：{1}。请用相同设置重新运行。",
  'There is no job "{0}" here.': "此处没有作业 “{0}”。",
  "{0} has no result{1}": "{0} 没有结果{1}",
  " yet.": "（尚未完成）。",
  "its text is not what was written.": "内容与写入时不同。",
  "{0} is under way; stop it before it is deleted.": "{0} 正在进行；删除前请先停止它。",
  "{0} is not among the deleted results.": "{0} 不在已删除的结果中。",
  'There is another result "{0}" by now; delete that first.': "此时已有另一个结果 “{0}”；请先删除它。",
  'There is no result "{0}" here.': "此处没有结果 “{0}”。",
  "it was made by a newer Secateur; open it with that.": "由更新版本的 Secateur 制作；请用那个版本打开。",
  "it is no record of a result ({0}).": "不是结果的记录（{0}）。",
  "it is the record of {0}, in a folder of another name.": "是 {0} 的记录，而文件夹名称不同。",
  'this version knows no "{0}"; open it with the one that made it.': "此版本不认识 “{0}”；请用制作它的版本打开。",
  "it was made by Secateur {0}, whose results of {1} have another form; run it again: {2}":
    "由 Secateur {0} 制作，其 {1} 的结果形式不同；请重新运行：{2}",
  "{0} is under way in another program (process {1}); it can be stopped there.":
    "{0} 正在另一个程序中进行（进程 {1}）；可在那里停止。",
  'There is no run "{0}" here.': "此处没有运行 “{0}”。",
};
