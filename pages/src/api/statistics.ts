// What the pages ask about numbers: everything, jobs, destinations. Asked every 15 s; while another range is on its way,
// the one before stays.
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { HealthView } from '../../../src/api/views.ts';
import type {
  DestinationList,
  JobDetail,
  JobList,
  Overview,
  Statistics,
} from '../../../src/api/statistics-views.ts';
import type { Range } from '../statistics/ranges.ts';
import { answerOf, api } from './http.ts';

const intervalMs = 15_000;
/** Logs are asked for each answer. */
const healthIntervalMs = 30_000;

export const healthQuery = queryOptions({
  queryKey: ['health'],
  queryFn: ({ signal }): Promise<HealthView> =>
    answerOf((options) => api.health.$get({}, options), signal),
  refetchInterval: healthIntervalMs,
});

/** @param range undefined: as the API finds best */
export function overviewQuery(range: Range | undefined) {
  return queryOptions({
    queryKey: ['statistics', 'overview', range],
    queryFn: ({ signal }): Promise<Overview> =>
      answerOf(
        (options) => api.overview.$get({ query: range === undefined ? {} : { range } }, options),
        signal,
      ),
    refetchInterval: intervalMs,
    placeholderData: keepPreviousData,
  });
}

/** Any time in the finest steps there are. */
export function stepsQuery(asked: { from: string; until: string; source?: string; job?: string }) {
  return queryOptions({
    queryKey: ['statistics', 'steps', asked] as const,
    queryFn: ({ signal }): Promise<Statistics> =>
      answerOf((options) => api.statistics.$get({ query: asked }, options), signal),
    refetchInterval: intervalMs,
    placeholderData: (before: Statistics | undefined, query) => {
      const of = query?.queryKey[2];
      return of?.source === asked.source && of?.job === asked.job ? before : undefined;
    },
  });
}

export function jobsQuery(range: Range) {
  return queryOptions({
    queryKey: ['statistics', 'jobs', range],
    queryFn: ({ signal }): Promise<JobList> =>
      answerOf((options) => api.jobs.$get({ query: { range } }, options), signal),
    refetchInterval: intervalMs,
    placeholderData: keepPreviousData,
  });
}

export function jobQuery(source: string, job: string, range: Range) {
  return queryOptions({
    queryKey: ['statistics', 'job', source, job, range],
    queryFn: ({ signal }): Promise<JobDetail> =>
      answerOf(
        (options) =>
          api.jobs[':source'][':job'].$get({ param: { source, job }, query: { range } }, options),
        signal,
      ),
    refetchInterval: intervalMs,
  });
}

export function destinationsQuery(range: Range) {
  return queryOptions({
    queryKey: ['statistics', 'destinations', range],
    queryFn: ({ signal }): Promise<DestinationList> =>
      answerOf((options) => api.destinations.$get({ query: { range } }, options), signal),
    refetchInterval: intervalMs,
    placeholderData: keepPreviousData,
  });
}
