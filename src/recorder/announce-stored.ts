// Announces a batch after it is committed: what the dashboard is told of it can read. Whatever goes wrong here is
// reported and changes nothing about the batch.
import { messageOf } from '../error-message.ts';
import type { Announcement } from '../live/connection.ts';
import { noCounts } from '../live/entries.ts';
import { inTransaction, type StoreClient } from '../store/client.ts';
import type { StoredKeys } from '../store/insert.ts';
import type { FoundLoop } from '../store/loops.ts';
import { type EventKey, keyText } from '../store/refs.ts';
import type { Rows } from '../store/rows.ts';
import { readTouched, type TouchedEvent } from '../store/touched-traces.ts';
import { announcementOf, keyOfEvent } from './announced.ts';

/** What was committed, by which keys, and what was judged anew by it. */
export type StoredBatch = {
  rows: Rows;
  keys: StoredKeys;
  graded: readonly EventKey[];
  loops: readonly FoundLoop[];
};

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
  const touched = stored.flatMap(({ keys, graded }) => [...keys.events, ...graded]);
  if (!deps.announce || touched.length === 0) return;
  const events = [...new Map(touched.map((key) => [keyText(key), key])).values()];
  const found = await touchedOf(client, events, deps);
  try {
    // Without roots so many of something: whoever watches fetches anew.
    const told = found
      ? announcementOf(inWords(stored, found), rootsOf(found), new Date(deps.now()).toISOString())
      : { entries: [], leftOut: { ...noCounts(), growth: events.length } };
    deps.announce(told);
  } catch (error) {
    deps.report('A stored batch could not be announced: whoever watches sees it later.', {
      error: messageOf(error),
    });
  }
}

/** Null where they could not be read in time. */
async function touchedOf(
  client: StoreClient,
  events: readonly EventKey[],
  deps: AnnounceDeps,
): Promise<TouchedEvent[] | null> {
  try {
    return await inTransaction(client, { access: 'read', timeoutMs: statementTimeoutMs }, () =>
      readTouched(client, events),
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

function rootsOf(found: readonly TouchedEvent[]): Map<string, string> {
  return new Map(found.map((event) => [keyOfEvent(event), event.rootTraceId]));
}

function inWords(stored: readonly StoredBatch[], found: readonly TouchedEvent[]) {
  const byKey = new Map(found.map((event) => [keyText(event), event]));
  return stored.map(({ rows, graded, loops }) => ({
    rows,
    graded: graded.flatMap((key) => byKey.get(keyText(key)) ?? []),
    loops,
  }));
}
