import { CategoryQuantizer } from "../../quantize/category-quantizer.js";
import type { InputQuantizer } from "../../quantize/input-quantizer.js";
import { UniformQuantizer } from "../../quantize/uniform-quantizer.js";

/** Places of feature `j` under `quantizer`. */
export function placesOf(quantizer: InputQuantizer, j: number): number {
  if (quantizer instanceof CategoryQuantizer) return quantizer.places(j);
  return quantizer instanceof UniformQuantizer ? quantizer.qMax + 1 : 1;
}
