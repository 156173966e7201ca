// What the pages of replay runs ask the API for.
import type {
  LetterCountView,
  ReplayRunPage,
  ReplayRunView,
} from '../../../src/api/replay-views.ts';
import { answerOf, api } from '../api/http.ts';
import type { LetterSelection } from '../dead/filters.ts';

export function countLetters(
  selection: LetterSelection,
  signal?: AbortSignal,
): Promise<LetterCountView> {
  return answerOf((options) => api.replays.count.$post({ json: selection }, options), signal);
}

export function startRun(of: {
  selection: LetterSelection;
  ratePerSecond: number;
  canary: number | null;
}): Promise<ReplayRunView> {
  const { selection, ratePerSecond, canary } = of;
  const json = { ...selection, ratePerSecond, ...(canary === null ? {} : { canary }) };
  return answerOf((options) => api.replays.$post({ json }, options));
}

export function listRuns(signal?: AbortSignal): Promise<ReplayRunPage> {
  return answerOf((options) => api.replays.$get({ query: { limit: '5' } }, options), signal);
}

export function readRun(id: string, signal?: AbortSignal): Promise<ReplayRunView> {
  return answerOf((options) => api.replays[':id'].$get({ param: { id } }, options), signal);
}

export type Command = 'pause' | 'continue' | 'cancel';

export function commandRun(id: string, command: Command): Promise<ReplayRunView> {
  return answerOf((options) =>
    api.replays[':id'][':command'].$post({ param: { id, command } }, options),
  );
}
