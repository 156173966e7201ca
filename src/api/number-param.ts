// Numbers as they stand in a URL: in digits. What JavaScript also takes for one is refused: `status=` would ask for status 0.
import { z } from 'zod';

const digits = /^-?\d+(?:\.\d+)?$/;

/** @param number what the number must be like */
export function numberParam<N extends z.ZodNumber>(number: N) {
  return z.preprocess((text) => (digits.test(String(text)) ? Number(text) : Number.NaN), number);
}
