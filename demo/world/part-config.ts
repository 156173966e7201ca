// What each part of the local world needs to begin: the text that the world hands to its child processes.
import { z } from 'zod';

const port = z.number().int();

export const partConfigSchema = z.discriminatedUnion('part', [
  z.object({ part: z.literal('postgres'), directory: z.string(), port }),
  z.object({
    part: z.literal('log-server'),
    directory: z.string(),
    port,
    token: z.string(),
    /** Of the data source that Grafana would show Loki as. */
    uid: z.string(),
  }),
  z.object({
    part: z.literal('jobs'),
    applicationUrl: z.string(),
    logsUrl: z.string(),
    port,
    truthFile: z.string(),
    failEvery: z.number().int().nonnegative(),
    pace: z.number(),
  }),
  z.object({
    part: z.literal('event-engine'),
    applicationUrl: z.string(),
    edgeUrl: z.string(),
    jobsUrl: z.string(),
    ingestKey: z.string(),
    pollMs: z.number(),
  }),
  z.object({ part: z.literal('shop'), applicationUrl: z.string(), everyMs: z.number() }),
  z.object({
    part: z.literal('wrangler'),
    /** Where wrangler runs, and its arguments after the name. */
    directory: z.string(),
    arguments: z.array(z.string()),
    port,
    readyPath: z.string(),
    /** Cron triggers, which wrangler does not fire by itself; null: none. */
    scheduledEveryMs: z.number().nullable(),
  }),
]);

export type PartConfig = z.infer<typeof partConfigSchema>;
