// The mean Jacobian of the model itself at the training subjects (Hernandez et al. 2023).
import { type LinearMap, meanOf, product } from "../linear-map.ts";
import type { TrainingSet } from "../training-set.ts";

/**
 * W = mean J_i, b = mean (z_i − J_i s_i); applied as β W s + b, since the mean of Jacobians is shorter than each of them.
 *
 * @see Hernandez et al. 2023, arXiv:2308.09124
 */
export function meanJacobian({ subjects, objects, jacobians }: TrainingSet): Promise<LinearMap> {
  const weight = meanOf(jacobians);
  const bias = meanOf(
    objects.map((z, i) => {
      const through = product(jacobians[i], subjects[i]);
      return Float64Array.from(z, (x, o) => x - through[o]);
    }),
  );
  return Promise.resolve({ weight, bias, rank: bias.length });
}
