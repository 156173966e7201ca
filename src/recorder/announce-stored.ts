// Announces a batch after it is committed: what the dashboard is told of it can read. Whatever goes wrong here is
// reported and changes nothing about the batch.
import { messageOf } from '../error-message.ts';
import type { Announcement } from '../live/connection.ts';
import { noCounts } from '../live/entries.ts';
import { inTransaction, type StoreClient } from '../store/client.ts';
import type { EventKey } from '../store/rows.ts';
import { readRootsOf } from '../store/touched-traces.ts';
import { announcementOf, keyOfEvent, type StoredBatch } from './announced.ts';

export type AnnounceDeps = {
  now(): number;
  report(message: string, facts: Record<string, unknown>): void;
  /** Tells whoever watches what is readable now, in the background. Left out: nobody is told. */
  announce?(told: Omit<Announcement, 'missed'>): void;
};

/** The longest that one of the statements may keep a batch. */
const statementTimeoutMs = 500;

/** Never rejects. */
export async function announceStored(
  client: StoreClient,
  stored: readonly StoredBatch[],
  deps: AnnounceDeps,
): Promise<void> {
  const touched = stored.flatMap(({ rows, graded }) => [...rows.events, ...graded]);
  if (!deps.announce || touched.length === 0) return;
  const events = [...new Map(touched.map((key) => [keyOfEvent(key), key])).values()];
  const roots = await rootsOf(client, events, deps);
  try {
    // Without roots so many of something: whoever watches fetches anew.
    const told = roots
      ? announcementOf(stored, roots, new Date(deps.now()).toISOString())
      : { entries: [], leftOut: { ...noCounts(), growth: events.length } };
    deps.announce(told);
  } catch (error) {
    deps.report('A stored batch could not be announced: whoever watches sees it later.', {
      error: messageOf(error),
    });
  }
}

/** Null where they could not be read in time. */
async function rootsOf(
  client: StoreClient,
  events: readonly EventKey[],
  deps: AnnounceDeps,
): Promise<Map<string, string> | null> {
  try {
    return await inTransaction(client, { access: 'read', timeoutMs: statementTimeoutMs }, () =>
      readRootsOf(client, events),
    );
  } catch (error) {
    deps.report(
      'What a stored batch belongs to could not be read: it is announced without names.',
      {
        error: messageOf(error),
      },
    );
    return null;
  }
}
