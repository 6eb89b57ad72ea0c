// What stands between the values of a list.
export const lists = {
  ", ": "、",
  "; ": "；",
  " or ": "或",
  " and ": "和",
  " nor ": "，也没有 ",
  " and no ": "，也没有 ",
};
