// The section on where the time goes.
import type { BenchOptions } from "../options.ts";
import { sharesPlot } from "../plots/shares-plot.ts";
import type { Section } from "../section.ts";
import { percent, seconds } from "../table.ts";
import { measureTimeShares } from "../time-shares.ts";
import { PARTS } from "../trace.ts";

export async function timeSharesSection({ threads }: BenchOptions): Promise<Section> {
  const figures = await measureTimeShares(threads);
  return {
    title: "Where the time goes",
    text: `From ONNX Runtime's own traces, each work in a process of its own. Matrix products are the kernels MatMul and Gemm, fused ones among
them; between kernels is what ONNX Runtime's runs take beside them; compiling makes a session of a graph; JavaScript is all the rest:
mixing, copying, searching, reading weights. Tracing costs time itself, most where kernels are small, so that the untraced seconds stand
beside the traced ones that the shares are of.`,
    tables: [
      {
        head: ["work", "seconds", "seconds, traced", ...PARTS],
        rows: figures.map(({ work, seconds: time, shares }) => {
          const total = PARTS.reduce((sum, part) => sum + shares[part], 0);
          return [work, seconds(time), seconds(total), ...PARTS.map((part) => percent(shares[part] / total))];
        }),
      },
    ],
    pictures: [sharesPlot(figures)],
  };
}
