import { describe, expect, it } from 'vitest';
import { mergeEntries, mostNodes, passes } from '../../../src/live/entries.ts';
import { circuitEntry } from '../../../src/live/circuit-entry.ts';
import { KnownCascades } from '../../../src/live/known-cascades.ts';
import type { ChangeEntry, LiveEntry } from '../../../src/live/protocol.ts';
import { assembleTraceId } from '../../../src/correlation/trace-uuid.ts';

const at = '2026-11-25T12:00:00.000Z';
const traceId = (ms: number): string => assembleTraceId(ms, new Uint8Array(5));

function change(ms: number, given: Partial<ChangeEntry> = {}): ChangeEntry {
  return {
    kind: 'growth',
    at,
    problem: false,
    traceId: traceId(ms),
    sources: ['shop'],
    triggers: ['order_changed'],
    tables: ['public.orders'],
    jobs: ['ship-order'],
    nodes: [],
    nodesLeftOut: 0,
    ...given,
  };
}

const circuit: LiveEntry = {
  kind: 'circuit',
  at,
  problem: true,
  id: 'c',
  destination: 'https://jobs.example/a',
  state: 'open',
};

const delivery = (state: 'running' | 'delivered') => ({
  of: 'delivery' as const,
  id: 'd',
  state,
});

const nodes = (from: number) =>
  Array.from({ length: mostNodes }, (_, index) => ({
    of: 'event' as const,
    source: 'shop',
    id: `e${from + index}`,
  }));

describe('entries of one cascade', () => {
  it('become one that is new if any of them was, and names what all of them name', () => {
    const merged = mergeEntries([
      change(1, { kind: 'cascade', nodes: [delivery('running')] }),
      change(2),
      change(1, { problem: true, jobs: ['charge-card'], nodes: [delivery('delivered')] }),
    ]);
    expect(merged.map((entry) => 'traceId' in entry && entry.traceId)).toEqual([
      traceId(2),
      traceId(1),
    ]);
    expect(merged[1]).toMatchObject({
      kind: 'cascade',
      problem: true,
      jobs: ['ship-order', 'charge-card'],
      nodes: [delivery('delivered')],
    });
  });

  it('name the latest nodes and count the others', () => {
    const [merged] = mergeEntries([
      change(1, { nodes: nodes(0) }),
      change(1, { nodes: nodes(5), nodesLeftOut: 3 }),
    ]);
    expect(merged).toMatchObject({ nodes: nodes(5), nodesLeftOut: 8 });
  });
});

describe('a filter', () => {
  it('asks for all that it names, and several filters for any of them', () => {
    const entry = change(1);
    expect(passes([], entry)).toBe(true);
    expect(passes([{ job: 'ship-order', table: 'public.orders' }], entry)).toBe(true);
    expect(passes([{ job: 'ship-order', table: 'public.payments' }], entry)).toBe(false);
    expect(passes([{ cascade: traceId(2) }], entry)).toBe(false);
    expect(passes([{ cascade: traceId(2) }, { kinds: ['growth'] }], entry)).toBe(true);
    expect(passes([{ onlyProblems: true }], entry)).toBe(false);
    expect(passes([{ onlyProblems: true }], circuit)).toBe(true);
  });

  it('never finds in an entry what such a thing does not have', () => {
    expect(passes([{ job: 'ship-order' }], circuit)).toBe(false);
    expect(passes([{ kinds: ['circuit'] }], circuit)).toBe(true);
  });
});

const kinds = (entries: readonly LiveEntry[]) => entries.map(({ kind }) => kind);

describe('cascades that are known', () => {
  it('are new once, whoever of two consumers tells first, and grow from then on', () => {
    const known = new KnownCascades([], -Infinity);
    expect(kinds(known.tell([change(1), change(2)]))).toEqual(['cascade', 'cascade']);
    expect(kinds(known.tell([change(2), change(3)]))).toEqual(['growth', 'cascade']);
    expect(kinds(new KnownCascades([change(1)], -Infinity).tell([change(1)]))).toEqual(['growth']);
  });

  it('are not called new again when they have been forgotten, nor is what is older', () => {
    const known = new KnownCascades([], -Infinity);
    known.tell([change(1), change(5), change(9)]);
    const until = known.forget([change(1), change(5)], [change(9)]);
    expect(until).toBe(5);
    expect(kinds(known.tell([change(1), change(5), change(9), change(10)]))).toEqual([
      'growth',
      'growth',
      'growth',
      'cascade',
    ]);
  });
});

const turn = (before: object, circuitNow: object) =>
  circuitEntry({ id: 'c', destination: 'https://jobs.example/a', before, circuit: circuitNow }, at);

describe('a circuit', () => {
  const open = { opened: { until: 1 }, disabled: null };
  const closed = { opened: null, disabled: null };
  const disabled = { opened: { until: 1 }, disabled: { at: 1 } };

  it('is told when its state is another one, and not when a probe has failed', () => {
    expect(turn(closed, open)).toMatchObject({ state: 'open', problem: true });
    expect(turn(open, closed)).toMatchObject({ state: 'closed', problem: false });
    expect(turn(open, disabled)).toMatchObject({ state: 'disabled', problem: true });
    expect(turn(open, { opened: { until: 2 }, disabled: null })).toBeNull();
  });
});
