// What a page makes of a message of the live feed: what it knows then, what it answers, and what is out of date.
// Pure: a message in, three things out. Numbers that are missing are asked for; nothing is told twice.
import type { ClientMessage, LiveEntry, ServerMessage } from '../../../src/live/protocol.ts';

/** The last thing that this page was told; null before the first. */
export type Known = { feed: string; seq: number } | null;

/** `everything`: more has happened than was named, so that all that is shown may be out of date. */
export type News = { of: 'everything' } | { of: 'entries'; entries: readonly LiveEntry[] };

export type Heard = { known: Known; answer: ClientMessage | null; news: News | null };

/** What a connection begins with: from where this page was, as far as it was anywhere. */
export function subscribe(known: Known): ClientMessage {
  if (known === null) return { type: 'subscribe', filters: [] };
  return { type: 'subscribe', filters: [], resume: { feed: known.feed, after: known.seq } };
}

export function hear(known: Known, message: ServerMessage): Heard {
  switch (message.type) {
    case 'hello':
      return { known, answer: subscribe(known), news: null };
    case 'subscribed': {
      const { feed, seq } = message;
      // What was shown before the first number was fetched before it, too.
      const news: News | null = known === null ? { of: 'everything' } : null;
      return { known: { feed, seq }, answer: null, news };
    }
    case 'reset': {
      const { feed, seq } = message;
      return { known: { feed, seq }, answer: { type: 'ack', seq }, news: { of: 'everything' } };
    }
    case 'entries':
    case 'summary':
      return told(known, message);
    case 'problem':
      return { known, answer: null, news: null };
  }
}

function told(
  known: Known,
  message: Extract<ServerMessage, { type: 'entries' | 'summary' }>,
): Heard {
  const answer: ClientMessage = { type: 'ack', seq: message.seq };
  if (known === null) return { known, answer, news: { of: 'everything' } };
  // Told again: the feed did not know that it had been sent.
  if (message.seq <= known.seq) return { known, answer, news: null };
  if (message.after > known.seq) return { known, answer: subscribe(known), news: null };
  const isWhole = message.type === 'entries' && message.missed === 0;
  return {
    known: { ...known, seq: message.seq },
    answer,
    news: isWhole ? { of: 'entries', entries: message.entries } : { of: 'everything' },
  };
}
