import { describe, expect, it } from 'vitest';
import { clampView, fit, fitWidth, reveal, stepZoom } from '../../../pages/src/cascade/camera.ts';
import { appendOlder, holdBack, mergeNewest, shapeBars } from '../../../pages/src/cascades/feed.ts';
import { followLogs, logsIntervalMs, offlineWaitMs } from '../../../pages/src/panel/follow-logs.ts';
import {
  countLevels,
  filterLines,
  keyLines,
  timeMsOf,
} from '../../../pages/src/panel/log-lines.ts';
import { payloadOf } from '../../../pages/src/panel/payload.ts';
import type { LogLine, LogsView, TracePage, TraceSummary } from '../../../src/api/views.ts';
import { cascadeOf, event } from './cascades.ts';

function traces(...ids: string[]): TraceSummary[] {
  const { trace } = cascadeOf([], []);
  return ids.map((id) => ({ ...trace, id }));
}
function page(nextCursor: string | null, ...ids: string[]): TracePage {
  return { traces: traces(...ids), nextCursor };
}
const idsOf = (list: TraceSummary[]): string[] => list.map(({ id }) => id);

describe('the list while new cascades come', () => {
  it('puts new ones on top and keeps older ones that were loaded', () => {
    const first = mergeNewest(undefined, page('c1', 'c', 'b'));
    const older = appendOlder(first, page('c2', 'a'));
    const merged = mergeNewest(older, page('c1b', 'd', 'c'));
    expect(idsOf(merged.traces)).toEqual(['d', 'c', 'b', 'a']);
    expect(merged.olderCursor).toBe('c2');
  });

  it('begins anew when something between may be missing', () => {
    const known = mergeNewest(undefined, page('c1', 'b', 'a'));
    const merged = mergeNewest(known, page('c9', 'z', 'y'));
    expect(merged).toEqual({ traces: traces('z', 'y'), olderCursor: 'c9' });
  });

  it('lets go of one that has been joined to another meanwhile', () => {
    const known = appendOlder(mergeNewest(undefined, page('c1', 'd', 'c', 'b')), page('c2', 'a'));
    const merged = mergeNewest(known, page('c1', 'd', 'b'));
    expect(idsOf(merged.traces)).toEqual(['d', 'b', 'a']);
  });

  it('takes the fresh summary of a cascade that is known', () => {
    const known = mergeNewest(undefined, page(null, 'a'));
    const fresh = traces('a').map((trace) => ({ ...trace, deliveries: 7 }));
    expect(mergeNewest(known, { traces: fresh, nextCursor: null }).traces[0]?.deliveries).toBe(7);
  });

  it('holds new ones back and counts them while somebody reads', () => {
    const { shown, waiting } = holdBack(traces('e', 'd', 'c'), 'c');
    expect(idsOf(shown)).toEqual(['c']);
    expect(waiting).toBe(2);
    expect(holdBack(traces('e', 'd'), null).waiting).toBe(0);
    expect(idsOf(holdBack(traces('e', 'd'), 'gone').shown)).toEqual(['e', 'd']);
  });

  it('draws the shape on a log scale, so that one delivery still shows beside a thousand', () => {
    const [one, thousand] = shapeBars([1, 1_000]);
    expect(thousand?.height).toBe(1);
    expect(one?.height).toBeGreaterThan(0.09);
    expect(shapeBars([])).toEqual([]);
  });
});

const ok: LogsView = {
  state: 'ok',
  lines: [],
  olderCursor: null,
  newerCursor: null,
  hasNewer: false,
  isIncomplete: false,
  keptAt: null,
  source: 'Loki',
  exploreUrl: null,
  query: '{}',
  from: '',
  to: '',
  tookMs: 3,
};
const offline: LogsView = {
  state: 'offline',
  reason: 'timed_out',
  detail: 'Loki did not answer.',
  since: '',
  tries: 1,
  nextTryAt: '',
  kept: null,
  source: 'Loki',
  exploreUrl: null,
  query: '{}',
  from: '',
  to: '',
};

describe('logs over several answers', () => {
  it('keeps the last good lines while Grafana is offline, and counts the tries', () => {
    const good = followLogs(undefined, ok, 1_000);
    const first = followLogs(good, offline, 2_000);
    const second = followLogs(first, offline, 7_000);
    expect(second).toMatchObject({ offlineTries: 2, kept: { view: ok, atMs: 1_000 } });
    expect(followLogs(second, ok, 9_000)).toMatchObject({ offlineTries: 0, kept: { atMs: 9_000 } });
  });

  it('tries again after 5, 15, 30, then every 60 s', () => {
    expect([1, 2, 3, 4, 9].map(offlineWaitMs)).toEqual([5_000, 15_000, 30_000, 60_000, 60_000]);
    const first = followLogs(undefined, offline, 0);
    expect(logsIntervalMs(first, false)).toBe(5_000);
  });

  it('tails while lines may come and stops afterwards', () => {
    const good = followLogs(undefined, ok, 0);
    expect(logsIntervalMs(good, true)).toBe(2_000);
    expect(logsIntervalMs(good, false)).toBe(false);
  });
});

function line(message: string, level: LogLine['level'] = 'info', fields = {}): LogLine {
  return {
    id: message,
    timestampNs: '1764000000123456789',
    level,
    message,
    fields,
    correlationId: null,
  };
}

describe('log lines', () => {
  it('are found by every word in message, level or fields', () => {
    const lines = [line('charged 42'), line('slow', 'warn', { region: 'eu' }), line('done')];
    expect(filterLines(lines, 'WARN eu', new Set()).map(({ message }) => message)).toEqual([
      'slow',
    ]);
    expect(filterLines(lines, '', new Set(['warn'] as const))).toHaveLength(2);
    expect(countLevels(lines)).toMatchObject({ info: 2, warn: 1, error: 0 });
  });

  it('keep nanoseconds apart from the ms that are shown', () => {
    expect(timeMsOf(line('x'))).toBe(1_764_000_000_123);
  });

  it('have different keys even when they are the same', () => {
    const keys = keyLines([line('x'), line('x')]).map(({ key }) => key);
    expect(new Set(keys).size).toBe(2);
  });
});

describe('the payload', () => {
  it("has the event's own form, without an old row for an INSERT", () => {
    const payload = payloadOf(
      event('e', 0, { op: 'INSERT', changes: [{ column: 'id', old: null, new: 42 }] }),
    );
    expect(payload['event']).toEqual({
      op: 'INSERT',
      data: { old: null, new: { id: 42 } },
      session_variables: null,
    });
  });
});

describe('the camera', () => {
  const screen = { width: 800, height: 600 };
  const content = { width: 1_000, height: 2_000 };

  it('never looks beyond the diagram', () => {
    expect(clampView({ x: 50, y: -9_999, zoom: 1 }, screen, content)).toEqual({
      x: 0,
      y: -1_400,
      zoom: 1,
    });
    expect(clampView({ x: -50, y: -50, zoom: 0.2 }, screen, content)).toEqual({
      x: 0,
      y: 0,
      zoom: 0.2,
    });
  });

  it('moves as little as needed to show a node, and not at all when it is in sight', () => {
    const view = { x: 0, y: 0, zoom: 1 };
    expect(reveal(view, screen, content, { x: 100, y: 100, width: 108, height: 42 })).toEqual(view);
    expect(reveal(view, screen, content, { x: 100, y: 700, width: 108, height: 42 }).y).toBe(-182);
  });

  it('fits the width and stays at the same height', () => {
    expect(fitWidth({ x: -90, y: -1_000, zoom: 1 }, screen, content)).toEqual({
      x: 0,
      y: -800,
      zoom: 0.8,
    });
  });

  it('fits without enlarging, and steps through round zooms', () => {
    expect(fit(screen, content, { x: 0, y: 0, width: 400, height: 300 }).zoom).toBe(1);
    expect(fit(screen, content, { x: 0, y: 0, width: 1_000, height: 1_000 }).zoom).toBe(0.6);
    expect([stepZoom(1, 1), stepZoom(1, -1), stepZoom(1.5, 1)]).toEqual([1.25, 0.8, 1.5]);
  });
});
