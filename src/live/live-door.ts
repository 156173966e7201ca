// How an announcement and a connection reach the one object of the live feed. Only the contract, and its making.
import { Announcer } from './announcer.ts';
import type { Announcement } from './connection.ts';

/** What the object answers; its class is in durable-objects. */
export type LiveFeedObject = {
  announce(announcement: Announcement): Promise<void>;
};

/** One for the whole world: sequence numbers need one place. */
export const liveFeedName = 'feed';

/** Tells when the connection is to end, on the way from the door to the object; ms since the epoch. */
export const endsAtHeader = 'x-throughline-ends-at';

export type Announce = (told: Omit<Announcement, 'missed'>) => Promise<void>;

/** One in an isolate. */
const announcer = new Announcer();

/** @returns what tells the feed; it settles within a second and never rejects */
export function announceTo(
  feed: () => LiveFeedObject,
  report: (message: string, facts: Record<string, unknown>) => void,
): Announce {
  return (told) =>
    announcer.announce(told, {
      send: async (announcement) => feed().announce(announcement),
      wait: (ms) => scheduler.wait(ms),
      now: () => Date.now(),
      report,
    });
}
