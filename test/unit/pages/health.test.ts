// The badges of the overview: which of the things that Throughline depends on is not well, why, and since when.
import { describe, expect, test } from 'vitest';
import { healthsOf } from '../../../pages/src/overview/health.ts';
import type { HealthView } from '../../../src/api/views.ts';

const well: HealthView = {
  database: { state: 'ok' },
  grafana: { state: 'ok' },
  eventEngine: { state: 'ok' },
  configuration: { state: 'ok', version: 3, publishedVersion: 3 },
  edge: { state: 'ok', version: 3, publishedAt: '2026-11-26T09:00:00Z', ageSeconds: 60 },
};
const since = '2026-11-26T10:35:00Z';

describe('the health badges', () => {
  test('say nothing but names while all is well', () => {
    const healths = healthsOf(well);
    expect(healths.map(({ name }) => name)).toEqual(['Hasura', 'Edge', 'Database', 'Grafana']);
    expect(healths.every(({ tone, detail }) => tone === 'ok' && detail === null)).toBe(true);
  });

  test('say what is wrong, why and since when', () => {
    const healths = healthsOf({
      ...well,
      grafana: { state: 'offline', reason: 'timeout', detail: 'It took too long.', since },
      eventEngine: { state: 'behind', since, detail: '5 events of shop wait.' },
      configuration: { state: 'behind', version: 4, publishedVersion: 3, detail: 'Version 4 …' },
    });
    expect(healths.filter(({ tone }) => tone !== 'ok')).toEqual([
      { name: 'Hasura', tone: 'retry', word: 'is behind', detail: '5 events of shop wait.', since },
      {
        name: 'Edge',
        tone: 'retry',
        word: 'is behind',
        detail: 'Version 4 …',
        since: null,
      },
      {
        name: 'Grafana',
        tone: 'fail',
        word: 'offline, logs only',
        detail: 'It took too long.',
        since,
      },
    ]);
  });

  test('do not call wrong what was never set up', () => {
    const detail = 'Set GRAFANA_URL.';
    const healths = healthsOf({
      ...well,
      grafana: { state: 'offline', reason: 'not_configured', detail, since },
      eventEngine: { state: 'unknown', since: null, detail: 'No application database.' },
    });
    expect(healths.filter(({ tone }) => tone === 'fail' || tone === 'retry')).toEqual([]);
  });
});
