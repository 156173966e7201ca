import { describe, expect, it } from 'vitest';
import { type RecordedChange, unseenBefore } from '../../../src/api/unseen.ts';

type Row = Record<string, unknown> | null;
let minute = 0;
function change(op: string, oldRow: Row, newRow: Row, createdAt?: string): RecordedChange {
  minute += 1;
  return {
    op,
    createdAt: createdAt ?? `2026-11-24T12:${String(minute).padStart(2, '0')}Z`,
    oldRow,
    newRow,
  };
}
const update = (from: string, to: string, createdAt?: string): RecordedChange =>
  change('UPDATE', { id: 1, status: from }, { id: 1, status: to }, createdAt);
/** Given as they happened. */
const unseenIn = (...changes: RecordedChange[]) => [...unseenBefore(changes.toReversed()).values()];

describe('what was not seen between two changes of a row', () => {
  it('is nothing where each goes on from where the one before left off', () => {
    expect(
      unseenIn(
        change('INSERT', null, { id: 1, status: 'new' }),
        update('new', 'paid'),
        update('paid', 'sent'),
      ),
    ).toEqual([]);
  });

  it('is what the later one found and the earlier one had not left', () => {
    const [first, second] = [update('new', 'paid'), update('lost', 'found')];
    expect(unseenIn(first, second)).toEqual([
      {
        from: first.createdAt,
        until: second.createdAt,
        op: 'UPDATE',
        changes: [{ column: 'status', old: 'paid', new: 'lost' }],
      },
    ]);
  });

  it('is a deletion before a row is made again, and a making before one that was gone is written', () => {
    const made = change('INSERT', null, { id: 1 });
    const gone = change('DELETE', { id: 1 }, null);
    expect(unseenIn(made, change('INSERT', null, { id: 1 }))).toMatchObject([{ op: 'DELETE' }]);
    expect(unseenIn(gone, update('new', 'paid'))).toMatchObject([{ op: 'INSERT' }]);
    expect(
      unseenIn(made, change('DELETE', { id: 1 }, null), change('INSERT', null, { id: 1 })),
    ).toEqual([]);
  });

  it('is not told of columns that one of the two does not have, or that are left out of what is stored', () => {
    const narrow = change('UPDATE', { id: 1 }, { id: 1 });
    expect(unseenIn(update('new', 'paid'), narrow, update('lost', 'found'))).toEqual([]);
    const unknown = change('UPDATE', null, null);
    expect(unseenIn(update('new', 'paid'), unknown, update('lost', 'found'))).toEqual([]);
    const redacted = update('[redacted]', '[redacted, changed]');
    expect(unseenIn(redacted, update('[redacted]', '[redacted]'))).toEqual([]);
  });

  it('is not made of the writes of one transaction, whose order is not known', () => {
    const at = '2026-11-24T13:00Z';
    const [a, b] = [update('new', 'paid', at), update('paid', 'sent', at)];
    for (const both of [
      [a, b],
      [b, a],
    ]) {
      expect(unseenIn(...both, update('sent', 'back', '2026-11-24T14:00Z'))).toEqual([]);
    }
    expect(unseenIn(a, b, update('odd', 'back', '2026-11-24T14:00Z'))).toHaveLength(1);
  });

  it('is not made of two transactions that overlapped', () => {
    // The one that began first had to wait for the other: it wrote last.
    expect(unseenIn(update('paid', 'sent'), update('new', 'paid'))).toEqual([]);
  });
});
