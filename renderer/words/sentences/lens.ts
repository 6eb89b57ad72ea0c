// What the engine says on lenses, in Chinese.
export const lens = {
  "A {0} lens has no map at {1}: its maps are of the states between layers. Read residMid with the logit or the shifted lens.":
    "{0} 透镜在 {1} 处没有映射：其映射属于层间的状态。请用 logit 透镜或平移透镜读取 residMid。",
  'it is no lens of this program (format "{0}", kind "{1}")': "不是本程序的透镜（格式 “{0}”，类型 “{1}”）",
  'it was fitted on other weights than {0}\'s; fit one with "secateur fit-lens"':
    "它是对 {0} 之外的权重拟合的；请用 “secateur fit-lens” 拟合一个",
  'there is no tensor "{0}"': "没有张量 “{0}”",
  'tensor "{0}" is {1}, expected {2} for {3}': "张量 “{0}” 为 {1}，而 {3} 应为 {2}",
  " at {0}": "（在 {0} 处）",
  "its beginning": "开头",
  '{0}: it is no table of word lists{1}; write a list of words under each name, such as "en: [flower, blossom]".':
    "{0}：不是词表{1}；请在每个名称下写词的列表，如 “en: [flower, blossom]”。",
};
