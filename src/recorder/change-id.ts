// One write reported by several triggers is one change: their events get the same id, from what they say.
import { parseCreatedAt } from '../correlation/created-at.ts';
import { sha256, toHex } from '../correlation/sha256.ts';
import type { EventFacts } from '../store/record.ts';

/**
 * The change that an event reports: the first 128 bits of SHA-256 over source, table, operation, time and
 * row, in the form of a uuid. An event that does not say all of these is a change of its own.
 */
export async function changeId(event: EventFacts): Promise<string> {
  const created = event.createdAt === null ? null : parseCreatedAt(event.createdAt);
  const isTold = event.kind === 'hasura' && event.table && created && event.payloadKept;
  const fields = isTold
    ? [
        'change',
        event.source,
        `${event.table?.schema}.${event.table?.name}`,
        event.op ?? '',
        created.canonical,
        sortedJson(event.old),
        sortedJson(event.new),
      ]
    : ['event', event.source, event.id];
  const hex = toHex((await sha256(fields.join('\0'))).slice(0, 16));
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** JSON whose members stand in one order, whatever order they came in. */
function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    member !== null && typeof member === 'object' && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
