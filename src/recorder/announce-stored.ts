// Announces a batch after it is committed: what the dashboard is told of it can read. Whatever goes wrong here is
// reported and changes nothing about the batch.
import { messageOf } from '../error-message.ts';
import { noCounts } from '../live/entries.ts';
import type { Announcement } from '../live/connection.ts';
import { inTransaction, type StoreClient } from '../store/client.ts';
import { readRootsOf } from '../store/touched-traces.ts';
import { announcementOf, keyOfEvent, type StoredBatch } from './announced.ts';

/** The longest that one of the statements may keep a batch. */
const statementTimeoutMs = 500;

export async function announceStored(
  client: StoreClient,
  stored: readonly StoredBatch[],
  deps: {
    now(): number;
    report(message: string, facts: Record<string, unknown>): void;
    announce?(told: Omit<Announcement, 'missed'>): void;
  },
): Promise<void> {
  if (!deps.announce) return;
  try {
    const touched = stored.flatMap(({ rows, graded }) => [...rows.events, ...graded]);
    if (touched.length === 0) return;
    const events = [...new Map(touched.map((key) => [keyOfEvent(key), key])).values()];
    const roots = await inTransaction(
      client,
      { access: 'read', timeoutMs: statementTimeoutMs },
      () => readRootsOf(client, events),
    );
    deps.announce(announcementOf(stored, roots, new Date(deps.now()).toISOString()));
  } catch (error) {
    // So many of something: who watches fetches anew.
    const growth = stored.reduce((sum, { rows }) => sum + rows.events.length, 0);
    deps.announce({ entries: [], leftOut: { ...noCounts(), growth } });
    deps.report(
      'What a stored batch belongs to could not be read: it is announced without names.',
      {
        error: messageOf(error),
      },
    );
  }
}
