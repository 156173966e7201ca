import { describe, expect, it } from 'vitest';
import {
  addAnswer,
  addOlder,
  logsIntervalMs,
  mergeLines,
  mostLines,
  offlineWaitMs,
  readAtMs,
} from '../../../pages/src/panel/log-book.ts';
import { countLevels, filterLines, timeMsOf, wordsOf } from '../../../pages/src/panel/log-lines.ts';
import { partsOf } from '../../../pages/src/panel/log-text.ts';
import { offlineTitle } from '../../../pages/src/panel/offline-title.ts';
import { logsViewSchema, type LogLine, type LogsView } from '../../../src/api/log-views.ts';

type Page = Extract<LogsView, { state: 'ok' }>;
type Offline = Extract<LogsView, { state: 'offline' }>;

const asked = { source: 'Loki', query: '{}', from: '', to: '', exploreUrl: 'https://g/explore' };
const line = (ns: number | string, id = `l${ns}`, level: LogLine['level'] = 'info'): LogLine => ({
  id,
  timestampNs: String(ns),
  level,
  message: id,
  fields: {},
  correlationId: null,
});
const page = (lines: LogLine[], given: Partial<Page> = {}): Page => ({
  state: 'ok',
  lines,
  olderCursor: null,
  newerCursor: 'n',
  hasNewer: false,
  isIncomplete: false,
  keptAt: null,
  tookMs: 3,
  ...asked,
  ...given,
});
const offline = (given: Partial<Offline> = {}): Offline => ({
  state: 'offline',
  reason: 'timed_out',
  detail: 'Loki did not answer.',
  since: '2026-11-24T12:00:00.000Z',
  tries: 1,
  nextTryAt: '2026-11-24T12:00:05.000Z',
  kept: null,
  ...asked,
  ...given,
});
const ids = (lines: LogLine[]): string[] => lines.map(({ id }) => id);

describe('logs over many answers', () => {
  it('has each line once and in order, those that were late and those of one nanosecond too', () => {
    const known = [line(10), line(30, 'a'), line(30, 'b')];
    expect(ids(mergeLines(known, [line(20), line(30, 'b'), line(30, 'c'), line(40)]))).toEqual([
      'l10',
      'l20',
      'a',
      'b',
      'c',
      'l40',
    ]);
    // As text nine comes after ten.
    expect(ids(mergeLines([line(10)], [line(9)]))).toEqual(['l9', 'l10']);
  });

  it('goes on from the newest line, and keeps the way to what is older', () => {
    const first = addAnswer(undefined, page([line(5)], { olderCursor: 'o5' }), 1_000);
    const tailed = addAnswer(first, page([line(6)], { newerCursor: 'n6' }), 2_000);
    expect(tailed).toMatchObject({ olderCursor: 'o5', newerCursor: 'n6' });
    const all = addOlder(tailed, page([line(4)], { newerCursor: null }), 3_000);
    expect(all).toMatchObject({ olderCursor: null, newerCursor: 'n6' });
    expect(ids(all.lines)).toEqual(['l4', 'l5', 'l6']);
  });

  it('keeps fifty thousand lines, the newest, and says that there were more', () => {
    const many = Array.from({ length: mostLines }, (_, at) => line(1_000_000 + at));
    const full = addAnswer(undefined, page(many, { olderCursor: 'o' }), 0);
    const over = addAnswer(full, page([line(2_000_000)]), 1);
    expect(over.lines).toHaveLength(mostLines);
    expect(over.lines.at(-1)?.id).toBe('l2000000');
    expect(over).toMatchObject({ isIncomplete: true, olderCursor: null });
  });

  it('keeps the lines while Grafana is offline, with the time of the last good answer', () => {
    const good = addAnswer(undefined, page([line(5)]), 1_000);
    const second = addAnswer(addAnswer(good, offline(), 2_000), offline(), 7_000);
    expect(second).toMatchObject({ offlineTries: 2, lines: [{ id: 'l5' }] });
    expect(readAtMs(second)).toBe(1_000);
    const back = addAnswer(second, page([line(6)]), 9_000);
    expect(back).toMatchObject({ offlineTries: 0 });
    expect(ids(back.lines)).toEqual(['l5', 'l6']);
  });

  it('shows to whoever comes during an outage what somebody else has seen before it', () => {
    const keptAt = '2026-11-24T11:00:00.000Z';
    const kept = { ...page([line(5)]), keptAt };
    const book = addAnswer(undefined, offline({ kept }), 0);
    expect(ids(book.lines)).toEqual(['l5']);
    expect(readAtMs(book)).toBe(Date.parse(keptAt));
    expect(readAtMs(addAnswer(undefined, offline(), 0))).toBeNull();
  });

  it('tries again after 5, 15, 30, then every 60 s', () => {
    expect([1, 2, 3, 4, 9].map(offlineWaitMs)).toEqual([5_000, 15_000, 30_000, 60_000, 60_000]);
    expect(logsIntervalMs(addAnswer(undefined, offline(), 0), false)).toBe(5_000);
  });

  it('tails while lines may come, hurries while more is there, and stops afterwards', () => {
    const good = addAnswer(undefined, page([]), 0);
    expect(logsIntervalMs(good, true)).toBe(2_000);
    expect(logsIntervalMs(good, false)).toBe(false);
    const more = addAnswer(undefined, page([], { hasNewer: true }), 0);
    expect(logsIntervalMs(more, false)).toBeLessThan(1_000);
  });
});

describe('an outage', () => {
  const reasons = logsViewSchema.options[1].shape.reason.options;

  it.each(reasons)('has a title of its own for %s, and is never "no logs"', (reason) => {
    const title = offlineTitle(offline({ reason }));
    expect(title).not.toMatch(/no (log )?lines?/i);
    expect(title).toMatch(/Grafana|Loki|log source/);
  });

  it('is called by the name of what is asked', () => {
    expect(offlineTitle(offline({ reason: 'refused_token' }))).toBe('Grafana refused the token');
    expect(offlineTitle(offline({ exploreUrl: null }))).toBe('Loki Offline');
  });
});

describe('log lines', () => {
  it('are found by every word in message, level or fields', () => {
    const lines = [
      { ...line(1), message: 'charged 42' },
      { ...line(2, 'slow', 'warn'), fields: { region: 'eu' } },
      line(3, 'done'),
    ];
    expect(ids(filterLines(lines, wordsOf('WARN eu'), new Set()))).toEqual(['slow']);
    expect(filterLines(lines, [], new Set(['warn'] as const))).toHaveLength(2);
    expect(countLevels(lines)).toMatchObject({ info: 2, warn: 1, error: 0 });
  });

  it('keep nanoseconds apart from the ms that are shown', () => {
    expect(timeMsOf(line('1764000000123456789'))).toBe(1_764_000_000_123);
  });

  it('have IDs that lead somewhere, and mark what was searched for', () => {
    const id = 'order_paid.ship-order.019ac3f0-1234-8abc-9def-01230a1b2c3d';
    expect(partsOf(`sent by ${id}, (paid)`, ['sent', '(p'])).toEqual([
      { kind: 'found', text: 'sent' },
      { kind: 'plain', text: ' by ' },
      {
        kind: 'id',
        text: id,
        name: 'ship-order',
        traceId: '019ac3f0-1234-8abc-9def-010000000000',
      },
      { kind: 'plain', text: ', ' },
      { kind: 'found', text: '(p' },
      { kind: 'plain', text: 'aid)' },
    ]);
    // A uuid of another version is nobody's.
    expect(partsOf('a.b.019ac3f0-1234-4abc-9def-01230a1b2c3d', [])).toHaveLength(1);
  });
});
