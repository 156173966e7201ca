// What a delivery's id looks like in a URL.
import { z } from 'zod';

export const deliveryId = z
  .string()
  .toLowerCase()
  .regex(/^[0-9a-f]{64}$/, 'must be a delivery id, which is 64 hex digits')
  .meta({
    description: 'A delivery’s id.',
    example: '2f6c0b1e9d7a48538c1b6f0a4e2d9c7b5a3f1e0d8c6b4a29181706f5e4d3c2b1',
  });
