// What a row's recorded changes come to: who made each, which fit a filter, and for every column the last change. Pure.
import type { ColumnChange, RowChangeView } from '../../../src/api/views.ts';
import { actorLabel, rowLabel } from '../words/names.ts';
import { tellingChanges } from '../words/sentence.ts';
import type { RowSearch } from './search.ts';

/** Who made a change: the job where one is known to have, else whoever the row or session names. */
export function writerOf({ actor, cause }: Pick<RowChangeView, 'actor' | 'cause'>): {
  name: string;
  isJob: boolean;
} {
  const job = cause?.job ?? null;
  return job === null ? { name: actorLabel(actor), isJob: false } : { name: job, isJob: true };
}

/** Of whom it began: the person or system at the top of what caused it, itself where nothing did. */
export function originOf(change: Pick<RowChangeView, 'actor' | 'because'>): string {
  return actorLabel(change.because?.actor ?? change.actor);
}

export interface ChainPart {
  text: string;
  kind: 'actor' | 'row' | 'job' | 'left_out';
  /** The link to the part before is weak. */
  isWeak: boolean;
  /** Of a row: the change, to be opened in its cascade. */
  eventId: string | null;
}

const shownAtAnEnd = 4;

/** "dana@acme.io", "orders #42", "charge-card": from where it began to the job that made it. Of a long one the ends. */
export function chainOf({
  actor,
  isWhole,
  steps,
}: NonNullable<RowChangeView['because']>): ChainPart[] {
  const parts = steps.flatMap(({ table, rowKey, trigger, job, eventId }, index): ChainPart[] => [
    {
      text: rowLabel({ table, rowKey, trigger }),
      kind: 'row',
      isWeak: steps[index - 1]?.evidence === 'weak',
      eventId,
    },
    { text: job, kind: 'job', isWeak: false, eventId: null },
  ]);
  const left = parts.length - 2 * shownAtAnEnd;
  const shown =
    left <= 1
      ? parts
      : [
          ...parts.slice(0, shownAtAnEnd),
          { ...nowhere, text: `… ${left} more` },
          ...parts.slice(-shownAtAnEnd),
        ];
  const top: ChainPart = isWhole
    ? { ...nowhere, text: actorLabel(actor), kind: 'actor' }
    : { ...nowhere, text: '… further up' };
  return [top, ...shown];
}

const nowhere = { kind: 'left_out', isWeak: false, eventId: null } as const;

/** Every column that changed, those that people care for first. */
export function columnsOf(changes: readonly RowChangeView[]): string[] {
  const all = new Map<string, ColumnChange>();
  for (const change of changes) {
    for (const each of [...change.changes, ...(change.unseen?.changes ?? [])]) {
      if (!all.has(each.column)) all.set(each.column, each);
    }
  }
  const sorted = [...all.values()].toSorted((a, b) => (a.column < b.column ? -1 : 1));
  const telling = tellingChanges(sorted);
  return [...telling, ...sorted.filter((each) => !telling.includes(each))].map(
    ({ column }) => column,
  );
}

/** Which of a change, and of what must have happened before it, is to be shown. */
export function shownOf(
  change: RowChangeView,
  { col, kind }: RowSearch,
): { isShown: boolean; withUnseen: boolean } {
  const has = (changes: readonly ColumnChange[]): boolean =>
    col === undefined || changes.some(({ column }) => column === col);
  return {
    isShown: (kind === undefined || change.actor.kind === kind) && has(change.changes),
    // Nobody knows who made it.
    withUnseen:
      change.unseen !== null &&
      (kind === undefined || kind === 'unknown') &&
      (change.unseen.op !== 'UPDATE' || has(change.unseen.changes)),
  };
}

/** The columns of it are not known: the payload was not kept, or was removed. */
export function isUnknown({ changes, op, payloadKept, payloadRemovedAt }: RowChangeView): boolean {
  return changes.length === 0 && op !== null && (!payloadKept || payloadRemovedAt !== null);
}

export interface Blame {
  column: string;
  value: unknown;
  /** Null where nobody saw it. */
  change: RowChangeView | null;
  /** Where nobody saw it: between these two. */
  between: { from: string; until: string } | null;
  /** A later change whose columns are not known may have been the last. */
  isDoubtful: boolean;
}

/** For every column the last change. @param changes newest first */
export function blameOf(changes: readonly RowChangeView[]): Blame[] {
  const found = new Map<string, Blame>();
  let isDoubtful = false;
  const add = (blame: Omit<Blame, 'isDoubtful'>): void => {
    if (!found.has(blame.column)) found.set(blame.column, { ...blame, isDoubtful });
  };
  for (const change of changes) {
    isDoubtful ||= isUnknown(change);
    for (const { column, new: value } of change.changes) {
      add({ column, value, change, between: null });
    }
    const { unseen } = change;
    if (unseen === null) continue;
    if (unseen.op !== 'UPDATE') isDoubtful = true;
    for (const { column, new: value } of unseen.changes) {
      add({ column, value, change: null, between: { from: unseen.from, until: unseen.until } });
    }
  }
  return columnsOf(changes).flatMap((column) => found.get(column) ?? []);
}
