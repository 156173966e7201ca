// Which job is asked for, in the path of every endpoint about one. Shape only.
import { z } from 'zod';

const name = z.string().min(1).max(200);

export const jobParam = z.object({
  source: name.meta({ description: 'The source’s name.', example: 'shop' }),
  job: name.meta({ description: 'The job’s name, as the list has it.', example: 'charge-card' }),
});
