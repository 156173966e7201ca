// What a trace's id looks like in a URL.
import { z } from 'zod';

export const traceParam = z.object({
  id: z
    .uuid('must be a trace id, which is a uuid')
    .toLowerCase()
    .meta({ description: 'A trace’s id.', example: '0199b0c2-6f00-7c3e-9a51-3f0c7d2b8e44' }),
});
