// Where an address with an ID leads.
import { describe, expect, it } from 'vitest';
import type { SearchAnswer } from '../../../src/api/search-views.ts';
import { targetOf } from '../../../pages/src/resolve/target.ts';

const answer = (url: string, isExact: boolean): SearchAnswer => ({
  kind: 'job',
  label: url,
  detail: '',
  url,
  isExact,
});

describe('an address with an ID', () => {
  it('leads to the one thing that bears it, past what has it in its name', () => {
    const answers = [answer('/a', true), answer('/b', false)];
    expect(targetOf({ answers })).toBe('/a');
  });

  it('leads nowhere by itself where several do, or none', () => {
    expect(targetOf({ answers: [answer('/a', true), answer('/b', true)] })).toBeNull();
    expect(targetOf({ answers: [answer('/a', false)] })).toBeNull();
    expect(targetOf({ answers: [] })).toBeNull();
  });
});
