// The non-linearities of MLPs that are no single elementary function, and the error function behind GELU.
//
// ONNX Runtime's float64 kernels for them are missing (Erf, Gelu) or rounded to float32 inside (Gelu's tanh form), so that float64
// graphs spell them out.
import { add, mul, needFloat, sigmoid, tanh } from "./elementwise.ts";
import { erfTwin } from "./erf-twin.ts";
import type { Value } from "./graph.ts";

/** erf(x) = 2/√π ∫₀ˣ e^(−t²) dt */
export function erf(x: Value): Value {
  needFloat("erf", x);
  return x.graph.composite("Erf", [x], {}, () =>
    x.dtype === "float32" ? x.graph.node("Erf", [x], {}, x) : erfTwin(x),
  );
}

/** x · Φ(x) with Φ(x) = (1 + erf(x/√2)) / 2, the exact GELU (Hendrycks & Gimpel 2016, arXiv:1606.08415). */
export function gelu(x: Value): Value {
  needFloat("gelu", x);
  return x.graph.composite("Gelu", [x], {}, () =>
    x.dtype === "float32" ? x.graph.node("Gelu", [x], { approximate: { s: "none" } }, x) : mul(x, normalCdf(x)),
  );
}

/** x/2 · (1 + tanh(√(2/π) (x + 0.044715 x³))), GPT-2's GELU. */
export function geluTanh(x: Value): Value {
  needFloat("geluTanh", x);
  return x.graph.composite("GeluTanh", [x], {}, () =>
    x.dtype === "float32" ? x.graph.node("Gelu", [x], { approximate: { s: "tanh" } }, x) : geluTanhTwin(x),
  );
}

/** Inner scale and cubic coefficient of the tanh form of GELU. */
export const GELU_TANH = { scale: Math.sqrt(2 / Math.PI), cubic: 0.044715 } as const;

/** The float64 form: ONNX Runtime's own rounds the two coefficients to float32. */
function geluTanhTwin(x: Value): Value {
  const inner = mul(mul(x, add(mul(mul(x, x), GELU_TANH.cubic), 1)), GELU_TANH.scale);
  return mul(mul(x, 0.5), add(tanh(inner), 1));
}

/** x · sigmoid(x) */
export function silu(x: Value): Value {
  needFloat("silu", x);
  return x.graph.composite("Silu", [x], {}, () => mul(x, sigmoid(x)));
}

/** Φ(x), the standard normal distribution function. */
export function normalCdf(x: Value): Value {
  return mul(add(erf(mul(x, Math.SQRT1_2)), 1), 0.5);
}
