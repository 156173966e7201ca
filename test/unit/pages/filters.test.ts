import { describe, expect, it } from 'vitest';
import {
  filtersIn,
  filterText,
  fromLocalInput,
  parseCascadesSearch,
  queryOf,
  toLocalInput,
  withFilter,
  withoutFilter,
} from '../../../pages/src/cascades/filters.ts';
import { meantBy, suggestionsOf, textSuggestion } from '../../../pages/src/cascades/suggestions.ts';
import { readSpan } from '../../../pages/src/time/span.ts';
import type { SearchAnswer } from '../../../src/api/search-views.ts';

describe('the filters of an address', () => {
  it('takes what is known and drops the rest', () => {
    expect(
      parseCascadesSearch({
        job: 'charge-card',
        status: 'exploded',
        minMs: '2000',
        maxMs: -1,
        errors: 'true',
        incomplete: 'no',
        range: '1h',
        text: 'x',
        utm_source: 'mail',
      }),
    ).toEqual({ job: 'charge-card', minMs: 2_000, errors: true, range: '1h' });
  });

  it('takes a name that looks like a number or a truth as the text that it was', () => {
    expect(parseCascadesSearch({ job: 42, trigger: true })).toEqual({ job: '42', trigger: 'true' });
    expect(parseCascadesSearch({ job: { a: 1 }, actor: ['x'] })).toEqual({});
  });

  it('never asks for what cannot be', () => {
    const from = '2026-11-20T00:00:00.000Z';
    expect(parseCascadesSearch({ from, until: '2026-11-19T00:00:00Z' })).toEqual({ from });
    expect(parseCascadesSearch({ minMs: 5, maxMs: 4 })).toEqual({ minMs: 5 });
    expect(parseCascadesSearch({ from: 'yesterday' })).toEqual({});
  });

  it('lets a stretch of time from now take the place of fixed ends', () => {
    const fixed = { from: '2026-11-20T00:00:00.000Z', job: 'ship' };
    expect(withFilter(fixed, 'time', { range: '24h' })).toEqual({ job: 'ship', range: '24h' });
    expect(withoutFilter({ ...fixed, until: '2026-11-21T00:00:00.000Z' }, 'time')).toEqual({
      job: 'ship',
    });
  });

  it('asks the API under its own names, and counts the stretch from now', () => {
    const nowMs = Date.parse('2026-11-24T12:00:00Z');
    expect(queryOf({ range: '1h', errors: true, minMs: 5, row: 'orders#42' }, nowMs)).toEqual({
      from: '2026-11-24T11:00:00.000Z',
      errors: 'true',
      minMs: '5',
      row: 'orders#42',
    });
  });

  it('says each as a chip', () => {
    const search = { range: '7d', minMs: 1_500, errors: true, row: 'orders#42' } as const;
    expect(filtersIn(search)).toEqual(['time', 'errors', 'row', 'duration']);
    expect(filtersIn(search).map((name) => filterText(search, name, 'UTC'))).toEqual([
      'last 7 days',
      '',
      'orders#42',
      'at least 1.50 s',
    ]);
    const fixed = { from: '2026-11-20T08:00:00.000Z' };
    expect(filterText(fixed, 'time', 'UTC')).toBe('since 20 Nov 2026 08:00:00');
  });

  it('shows a moment in the zone that is shown, and takes it back', () => {
    const at = '2026-11-20T08:30:00.000Z';
    expect(toLocalInput(at, 'UTC')).toBe('2026-11-20T08:30');
    for (const zone of ['UTC', 'local'] as const) {
      expect(fromLocalInput(toLocalInput(at, zone), zone)).toBe(at);
    }
    expect(fromLocalInput('', 'UTC')).toBeUndefined();
  });

  it('reads lengths of time as people write them', () => {
    expect(['200', '200ms', '1.5 s', '10 min', '2h', 'soon', ''].map(readSpan)).toEqual([
      200,
      200,
      1_500,
      600_000,
      7_200_000,
      null,
      null,
    ]);
  });
});

function answer(over: Partial<SearchAnswer>): SearchAnswer {
  return {
    kind: 'job',
    label: 'charge-card',
    detail: '',
    url: '/cascades?job=charge-card',
    isExact: true,
    ...over,
  };
}

describe('what a text in the search can mean', () => {
  const row = answer({
    kind: 'row',
    label: 'public.orders#42',
    url: '/cascades?row=shop%2Fpublic%2Forders%2F42',
  });
  const hop = answer({ kind: 'hop', label: 'paid → charge-card', url: '/c/1?sel=2' });

  it('narrows the list where it can, and leads elsewhere where not', () => {
    expect(suggestionsOf({ answers: [row, hop] }).map(({ leads }) => leads)).toEqual([
      { to: 'filter', search: { row: 'shop/public/orders/42' } },
      { to: 'page', url: '/c/1?sel=2' },
    ]);
  });

  it('means by Enter the only thing that bears the name, and the text where there are several or none', () => {
    const [one, other] = suggestionsOf({ answers: [row, hop] });
    if (!one || !other) throw new Error('two suggestions');
    expect(meantBy('orders#42', [one])).toBe(one);
    expect(meantBy('orders', [one, other])).toEqual(textSuggestion('orders'));
    expect(meantBy('orders', [{ ...one, isExact: false }])).toEqual(textSuggestion('orders'));
  });
});
