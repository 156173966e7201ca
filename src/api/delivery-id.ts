// What a delivery's id looks like in a URL.
import { z } from 'zod';

export const deliveryId = z
  .string()
  .toLowerCase()
  .regex(/^[0-9a-f]{64}$/, 'must be a delivery id, which is 64 hex digits');
