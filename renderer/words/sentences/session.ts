// What the engine says in doing what was asked, in Chinese.
export const session = {
  "fact file": "事实文件",
  "Fact files": "事实文件",
  "two-hop task": "两跳任务",
  "Two-hop tasks": "两跳任务",
};
