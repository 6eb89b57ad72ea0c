// What the engine says on the memory of its kernels, in Chinese.
export const kernels = {
  "This training needs {0} GB at once, which is more than a program can have here; take fewer features or fewer states a step.":
    "此训练一次需要 {0} GB，超过程序在此处可用的内存；请减少特征数，或减少每步的状态数。",
};
