// What the engine says between the values of a list, in Chinese.
export const lists = {
  ", ": "、",
  "; ": "；",
  " and ": "和",
  " or ": " 或 ",
  " × ": " × ",
  " and no ": "、也没有 ",
  " nor ": "，也没有 ",
};
