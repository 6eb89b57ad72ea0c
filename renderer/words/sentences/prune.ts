// What the engine says in searching circuits, in Chinese.
export const prune = {
  "{0}:1: not the first line of a run journal.": "{0}:1：不是运行日志的首行。",
  "the journal is empty; start the run anew": "日志为空；请重新开始运行",
  "{0} bytes; no run journal is that large": "{0} 字节；运行日志没有这么大",
  "is no regular file, so no run journal": "不是普通文件，因此不是运行日志",
  "{0}: no such run journal. --resume takes a run's name or its file.":
    "{0}：没有这个运行日志。--resume 需要运行的名称或其文件。",
  "The run's journal does not fit this version's search; start the run anew.":
    "运行的日志不适合此版本的搜索；请重新开始运行。",
  "{0}:1: the journal's first line is damaged; start the run anew.": "{0}:1：日志首行已损坏；请重新开始运行。",
  "{0}:{1}: damaged; what stood from there on ({2} lines) is measured again.":
    "{0}:{1}：已损坏；从此处起的内容（{2} 行）将重新测量。",
  "this program": "本程序",
  "another program (process {0})": "另一个程序（进程 {0}）",
  "{0}: {1} is running it now; wait for it, or stop it there.": "{0}：{1}正在运行它；请等待，或在那里停止它。",
};
