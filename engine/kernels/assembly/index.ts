// What the module gives out.
export { adam } from "./adam";
export { addOfColumns, addToColumns, pick, spread } from "./lists";
export { addRows, rowNorms, scaleAndShift, sumOfSquares, toUnitRows, withoutOwnDirection } from "./rows";
export { takeLargest, takeWithin } from "./selection";
export { sampledDots, sparseProduct } from "./sparse-products";
