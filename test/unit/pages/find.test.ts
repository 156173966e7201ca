import { describe, expect, it } from 'vitest';
import { buildCascade } from '../../../pages/src/cascade/model.ts';
import {
  changed,
  foldsOf,
  foldText,
  opensOf,
  openText,
  parseCascadeSearch,
} from '../../../pages/src/cascade/search.ts';
import { findIn, isProblem, parseFind } from '../../../pages/src/tree/find.ts';
import { loopMarks, marksOf } from '../../../pages/src/tree/marks.ts';
import { buildTree } from '../../../pages/src/tree/tree.ts';
import { cascadeOf, causedBy, delivery, event, startMs } from './cascades.ts';

const over = delivery('d3', 'e2', 'index', [
  [400, 420, 503],
  [500, 520],
]);
const [first, second] = over.attempts;
if (first !== undefined && second !== undefined) {
  first.skipped = [{ destination: 'https://ap.example.com/index', why: 'circuit_open' }];
  second.destination = 'https://eu.example.com/index';
}
const detail = cascadeOf(
  [
    event('e1', 0),
    event('e2', 300, {
      rowKey: '9',
      table: { schema: 'public', name: 'payments' },
      trigger: 'paid',
      cause: causedBy('d1', { evidence: 'weak', rule: 'row_and_time', reason: 'Because.' }),
      changes: [{ column: 'note', old: null, new: 'Blue Bicycle' }],
    }),
    event('e3', 900, { rowKey: '10', cause: causedBy(null, { evidence: 'pending' }) }),
  ],
  [
    delivery('d1', 'e1', 'charge', [[40, 350]]),
    delivery('d2', 'e1', 'notify', [[40, 2_500, 504]], 'dead'),
    over,
  ],
);
const tree = buildTree(buildCascade(detail));

function found(text: string): string[] {
  return findIn(tree, parseFind(text)).map((index) => tree.nodes[index]?.id ?? '');
}

describe('the search inside a cascade', () => {
  it.each([
    ['status:failed', ['d2']],
    ['status:dead', ['d2']],
    ['status:retried', ['d3']],
    ['status:skipped', ['d3']],
    ['took:>1s', ['d2']],
    ['took:<=310ms', ['d1', 'd3']],
    ['attempt:>1', ['d3']],
    ['weak:true', ['e2']],
    ['row:orders#42', ['e1', 'd1', 'd2']],
    ['row:payments', ['e2', 'd3']],
    ['row:#9', ['e2', 'd3']],
    ['kind:job name:index', ['d3']],
    ['trigger:paid -kind:job status:delivered', []],
    ['bicycle', ['e2']],
    ['"blue bicycle"', ['e2']],
    ['eu.example.com', ['d3']],
    ['504', ['d2']],
    ['answered 504', ['d2']],
    ['charge -status:delivered', ['e2']],
  ])('finds by %s', (text, ids) => {
    expect(found(text)).toEqual(ids);
  });

  it('finds nothing for nothing, and everything for nobody', () => {
    expect(found('')).toEqual([]);
    expect(found('  ')).toEqual([]);
    expect(found('no such thing')).toEqual([]);
  });

  it('says what it does not understand, and finds by the rest', () => {
    const find = parseFind('took:>soon charge');
    expect(find.problems).toEqual(['took: needs a time, such as took:>1s or took:<200ms']);
    expect(findIn(tree, find).length).toBeGreaterThan(0);
    expect(parseFind('status:green').problems).toHaveLength(1);
    expect(parseFind('weak:maybe attempt:x').problems).toHaveLength(2);
    // Not one of ours, so it is text.
    expect(parseFind('https://eu.example.com').problems).toEqual([]);
    expect(found('https://eu.example.com')).toEqual(['d3']);
  });

  it('takes any text without failing', () => {
    for (const text of ['"', '-', ':', 'row:', 'row:#', '-"', 'took:', '(*[', 'status:""']) {
      expect(() => findIn(tree, parseFind(text))).not.toThrow();
    }
  });

  it('calls a problem what failed or was retried', () => {
    const problems = tree.nodes.filter((_, index) => isProblem(tree, index)).map(({ id }) => id);
    expect(problems).toEqual(['d2', 'd3']);
  });
});

describe('the marks of a node', () => {
  const context = { cascade: tree.cascade, turns: new Map(), loops: new Map(), nowMs: startMs };
  const marks = (id: string, more = {}): string[] => {
    const node = tree.cascade.nodes.get(id);
    return node === undefined
      ? []
      : marksOf({ ...context, ...more }, node).map(({ title }) => title);
  };

  it('tell destinations that were skipped and failed over to', () => {
    expect(marks('d3')).toEqual([
      'failed over from jobs.example.com/index to eu.example.com/index',
      'skipped 1 destination: ap.example.com/index (circuit open)',
    ]);
    expect(marks('d1')).toEqual([]);
  });

  it('tell the rule of a weak link, and a cause that is not recorded', () => {
    expect(marks('e2')[0]).toContain('weak link · matched by row and time');
    expect(marks('e3')).toHaveLength(1);
  });

  it('tell a hop without an end only once nothing can come any more', () => {
    const running = buildCascade(
      cascadeOf([event('e1', 0)], [delivery('d1', 'e1', 'charge', [[40, null]], 'running')]),
    );
    const node = running.nodes.get('d1');
    const lost = (nowMs: number): number =>
      node === undefined ? -1 : marksOf({ ...context, cascade: running, nowMs }, node).length;
    expect(lost(startMs + 60_000)).toBe(0);
    expect(lost(startMs + 16 * 60_000)).toBe(1);
  });

  it('call a loop suspected where weak links tell of it', () => {
    const step = { trigger: 'paid', table: 'payments', rowKey: '9', job: null, evidence: null };
    const loop = {
      id: '0b7c1c1e-0000-0000-0000-000000000000',
      cascadeId: detail.trace.id,
      traceId: detail.trace.id,
      source: 'shop',
      trigger: 'paid',
      table: null,
      times: 11,
      isCertain: false,
      eventId: 'e2',
      path: [{ ...step, eventId: 'e2' }],
      foundAt: '2026-11-24T14:32:07.412Z',
      latestAt: '2026-11-24T14:32:07.412Z',
    };
    expect(loopMarks(tree.cascade, [loop]).get('e2')?.text).toBe('suspected loop × 11');
    const certain = loopMarks(tree.cascade, [{ ...loop, isCertain: true }]);
    expect(certain.get('e2')?.text).toBe('loop × 11');
  });
});

describe('the address of a view', () => {
  it('keeps what it knows and drops everything else', () => {
    const given = {
      view: 'graph',
      q: 'a',
      only: 'problems',
      path: true,
      fold: 'abc.12',
      open: 'x*3',
      t0: 5,
      t1: 9,
      zoom: 80,
      sel: 42,
      tab: 'raw',
      at: '1a',
    };
    expect(parseCascadeSearch(given)).toEqual({ ...given, sel: '42' });
    expect(
      parseCascadeSearch({ view: 'pie', only: 1, t0: 9, t1: 5, zoom: -1, tab: 'x', fold: null }),
    ).toEqual({});
  });

  it('takes a part away where it is set to nothing', () => {
    expect(changed({ sel: 'a', q: 'b' }, { q: undefined, view: 'list' })).toEqual({
      sel: 'a',
      view: 'list',
    });
  });

  it('writes folds and open groups so that they come back', () => {
    expect(foldsOf({ fold: foldText([1, 4_000_000_000]) ?? '' })).toEqual([1, 4_000_000_000]);
    const open: [number, number][] = [
      [7, 1],
      [99, 3],
    ];
    expect(opensOf({ open: openText(open) ?? '' })).toEqual(open);
    expect(foldText([])).toBeUndefined();
    expect(opensOf({ open: '!.a*0.b*x' })).toEqual([]);
    const many = Array.from({ length: 1_000 }, (_, index) => index * 4_000_000);
    const kept = foldsOf({ fold: foldText(many) ?? '' });
    expect(kept.length).toBeGreaterThan(100);
    expect(kept.at(-1)).toBe(many.at(-1));
    expect((foldText(many) ?? '').length).toBeLessThanOrEqual(1_500);
  });
});
