// What kind of trouble with the logs is called, in a few words. Pure.
import type { LogsView } from '../../../src/api/log-views.ts';

type Offline = Extract<LogsView, { state: 'offline' }>;

/** Each reason by the word that people know it by; who is meant is Grafana, where it stands between. */
export function offlineTitle(view: Pick<Offline, 'reason' | 'source' | 'exploreUrl'>): string {
  const who = view.exploreUrl === null ? view.source : 'Grafana';
  switch (view.reason) {
    case 'refused_token':
      return `${who} refused the token`;
    case 'forbidden':
      return `${who} does not let this token at the logs`;
    case 'no_data_source':
      return `${who} does not know the data source`;
    case 'too_many_requests':
      return `${who} asks us to wait`;
    case 'query_refused':
      return `${view.source} refused the query`;
    case 'not_configured':
      return 'No log source is set up';
    case 'unreachable':
    case 'dns':
    case 'timed_out':
    case 'failed':
    case 'login_page':
    case 'cut_answer':
    case 'not_logs':
      return `${who} Offline`;
  }
}
