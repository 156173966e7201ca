// The job kit: `import { withCorrelation } from 'throughline/job'`. For Node, Lambda, Netlify and Workers (flag
// nodejs_compat or nodejs_als); it has no dependencies. README.md shows
// each part at work.
export {
  currentCorrelationId,
  keepCorrelation,
  runAsSystem,
  runWithCorrelationId,
} from './current.ts';
export { correlatedFetch } from './fetch.ts';
export type { CorrelatedFetchOptions } from './fetch.ts';
export { jsonConsole } from './json-console.ts';
export { pinoMixin, winstonMeta } from './log-fields.ts';
export { correlationHeaders, hasuraHeaders } from './outgoing-headers.ts';
export { readCorrelation } from './read-correlation.ts';
export type { Correlation, TraceContext } from './read-correlation.ts';
export { beginCorrelation, useCorrelation } from './use-correlation.ts';
export type { Transaction } from './use-correlation.ts';
export { worksInBackground } from './works-in-background.ts';
export { withCorrelation } from './with-correlation.ts';
export type { WithCorrelationOptions } from './with-correlation.ts';
