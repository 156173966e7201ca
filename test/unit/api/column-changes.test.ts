import { describe, expect, it } from 'vitest';
import { columnChanges } from '../../../src/api/column-changes.ts';

describe('columnChanges', () => {
  it('tells of an update only what differs, housekeeping last', () => {
    expect(
      columnChanges(
        'UPDATE',
        { id: 1, updated_by: 'a', updated_at: '1', status: 'new', tags: [1], note: null },
        { id: 1, updated_by: 'b', updated_at: '2', status: 'paid', tags: [1], extra: { a: 1 } },
      ),
    ).toEqual([
      { column: 'extra', old: null, new: { a: 1 } },
      { column: 'status', old: 'new', new: 'paid' },
      { column: 'updated_at', old: '1', new: '2' },
      { column: 'updated_by', old: 'a', new: 'b' },
    ]);
  });

  it('tells of a new and of a deleted row every column', () => {
    expect(columnChanges('INSERT', null, { b: 1, a: null })).toEqual([
      { column: 'a', old: null, new: null },
      { column: 'b', old: null, new: 1 },
    ]);
    expect(columnChanges('DELETE', { a: 1 }, null)).toEqual([{ column: 'a', old: 1, new: null }]);
  });

  it('tells of nothing where nobody wrote or nothing was kept', () => {
    expect(columnChanges('MANUAL', null, { a: 1 })).toEqual([]);
    expect(columnChanges(null, null, null)).toEqual([]);
    expect(columnChanges('UPDATE', null, null)).toEqual([]);
  });
});
