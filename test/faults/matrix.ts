// The fault matrix: for each fault and each way of delivering what the sender sees try after try, what every
// destination gets, and what is recorded. The rest holds for every cell and is asserted in play-cell.ts: what was
// acknowledged has been worked on, and with one idempotency key, however often it was delivered.
import type { Misbehaviour } from './destination.ts';
import type { Leaving, Seen } from './sender.ts';

export const columns = ['pass-through', 'fallback', 'broadcast', 'round-robin'] as const;

/**
 * Destination `a` has the fault, `b` is well. Pass-through knows `a` only, fallback has `b` after it, the others
 * have both.
 */
export type Column = (typeof columns)[number];

export type Cell = {
  /** What the sender sees, try after try, until it is acknowledged or out of tries. */
  sender: Seen[];
  /** Requests that came whole, in any order: `a a b`. */
  calls: string;
  /**
   * Attempts in any order: destination, outcome, status. With a `?` at its end it may be missing: what an isolate
   * held in memory when it was killed.
   */
  recorded: string[];
  /** Reasons of dead letters. */
  dead?: string[];
};

export type Fault = {
  /** Of destination `a`, until the sender has had the answer to its first try. */
  destination?: Misbehaviour;
  /** The fault is not over after the first try. */
  stays?: true;
  sender?: Leaving;
  /** Of the edge: it begins before the event is sent, and is over after the first try. */
  edge?: 'queues refuse' | 'rotation evicted' | 'postgres down' | 'configuration unreadable';
  /** The Worker is killed then, and started again. */
  killed?: 'while a works' | 'after its answer';
  /** Events sent one after the other; one if not said. */
  events?: number;
};

export type Row = Fault & { fault: string; cells: Record<Column, Cell> };

const failedThenDelivered = (seen: Seen, failure: string): Record<Column, Cell> => ({
  'pass-through': {
    sender: [seen, 200],
    calls: 'a a',
    recorded: [`a ${failure}`, 'a delivered 200'],
  },
  // Nobody takes over: the event may have been worked on.
  fallback: {
    sender: [seen, 200],
    calls: 'a a',
    recorded: [`a ${failure}`, 'a delivered 200'],
  },
  // The edge itself tries again.
  broadcast: {
    sender: [202],
    calls: 'a a b',
    recorded: [`a ${failure}`, 'a delivered 200', 'b delivered 200'],
  },
  // The sender's next try is the next turn.
  'round-robin': {
    sender: [seen, 200],
    calls: 'a b',
    recorded: [`a ${failure}`, 'b delivered 200'],
  },
});

const deliveredAtOnce: Record<Column, Cell> = {
  'pass-through': { sender: [200], calls: 'a', recorded: ['a delivered 200'] },
  fallback: { sender: [200], calls: 'a', recorded: ['a delivered 200'] },
  broadcast: { sender: [200], calls: 'a b', recorded: ['a delivered 200', 'b delivered 200'] },
  'round-robin': { sender: [200], calls: 'a', recorded: ['a delivered 200'] },
};

const refused = failedThenDelivered(502, 'unreachable');
const endless = failedThenDelivered('left', 'cancelled 200');

export const matrix: readonly Row[] = [
  { fault: 'none', cells: deliveredAtOnce },
  {
    fault: 'a refuses the connection',
    destination: 'refuses',
    cells: {
      // The first try never came to anybody.
      'pass-through': { ...refused['pass-through'], calls: 'a' },
      fallback: { ...refused.fallback, calls: 'a' },
      broadcast: { ...refused.broadcast, calls: 'a b' },
      'round-robin': { ...refused['round-robin'], calls: 'b' },
    },
  },
  {
    fault: 'a resets before headers',
    destination: 'resets before headers',
    cells: failedThenDelivered(502, 'unreachable'),
  },
  {
    fault: 'a resets in the middle of a body that is read whole',
    destination: 'resets in a short body',
    cells: failedThenDelivered(502, 'unreachable'),
  },
  {
    fault: 'a resets in the middle of a body that is streamed',
    destination: 'resets in a long body',
    cells: failedThenDelivered('broken', 'failed 200'),
  },
  { fault: 'a hangs', destination: 'hangs', cells: failedThenDelivered(504, 'timed_out') },
  { fault: 'a drips, and ends', destination: 'drips', cells: deliveredAtOnce },
  {
    fault: 'a answers 500',
    destination: '500',
    cells: failedThenDelivered(500, 'failed 500'),
  },
  {
    fault: 'a answers 429 with Retry-After',
    destination: '429',
    cells: {
      ...failedThenDelivered(429, 'failed 429'),
      // It surely was not worked on: the next takes over within the same try.
      fallback: {
        sender: [200],
        calls: 'a b',
        recorded: ['a failed 429', 'b delivered 200'],
      },
      'round-robin': {
        sender: [200],
        calls: 'a b',
        recorded: ['a failed 429', 'b delivered 200'],
      },
    },
  },
  {
    fault: 'a answers 410 for good',
    destination: '410',
    stays: true,
    cells: {
      'pass-through': {
        sender: [410, 410],
        calls: 'a a',
        recorded: ['a failed 410', 'a failed 410'],
        dead: ['sender_gave_up'],
      },
      fallback: {
        sender: [410, 410],
        calls: 'a a',
        recorded: ['a failed 410', 'a failed 410'],
        dead: ['sender_gave_up'],
      },
      broadcast: {
        sender: [202],
        calls: 'a b',
        recorded: ['a failed 410', 'b delivered 200'],
        dead: ['gone'],
      },
      'round-robin': {
        sender: [410, 200],
        calls: 'a b',
        recorded: ['a failed 410', 'b delivered 200'],
      },
    },
  },
  {
    fault: 'a redirects',
    destination: 'redirects',
    cells: failedThenDelivered(302, 'failed 302'),
  },
  {
    fault: 'a’s body never ends',
    destination: 'never ends',
    // It gives up, as Hasura does after its time limit.
    sender: 'while reading',
    cells: {
      ...endless,
      broadcast: failedThenDelivered(202, 'failed 200').broadcast,
    },
  },
  {
    fault: 'the sender goes away while it sends',
    sender: 'while sending',
    cells: {
      'pass-through': { ...deliveredAtOnce['pass-through'], sender: ['left', 200] },
      fallback: { ...deliveredAtOnce.fallback, sender: ['left', 200] },
      broadcast: { ...deliveredAtOnce.broadcast, sender: ['left', 200] },
      'round-robin': { ...deliveredAtOnce['round-robin'], sender: ['left', 200] },
    },
  },
  {
    fault: 'the sender goes away while it waits',
    destination: 'hangs',
    sender: 'while waiting',
    cells: {
      ...failedThenDelivered('left', 'cancelled'),
      // It goes on without its sender, who has not heard so and sends again.
      broadcast: {
        sender: ['left', 200],
        calls: 'a a b b',
        recorded: ['a delivered 200', 'a delivered 200', 'b delivered 200', 'b delivered 200'],
      },
    },
  },
  {
    fault: 'both queues refuse, and a answers 500',
    edge: 'queues refuse',
    destination: '500',
    cells: failedThenDelivered(500, 'failed 500'),
  },
  {
    fault: 'the rotation is evicted before each of six events',
    edge: 'rotation evicted',
    events: 6,
    cells: {
      'pass-through': {
        sender: Array.from({ length: 6 }, () => 200),
        calls: 'a a a a a a',
        recorded: Array.from({ length: 6 }, () => 'a delivered 200'),
      },
      fallback: {
        sender: Array.from({ length: 6 }, () => 200),
        calls: 'a a a a a a',
        recorded: Array.from({ length: 6 }, () => 'a delivered 200'),
      },
      broadcast: {
        sender: Array.from({ length: 6 }, () => 200),
        calls: 'a a a a a a b b b b b b',
        recorded: Array.from({ length: 6 }, () => ['a delivered 200', 'b delivered 200']).flat(),
      },
      'round-robin': {
        sender: Array.from({ length: 6 }, () => 200),
        calls: 'a a a b b b',
        recorded: Array.from({ length: 3 }, () => ['a delivered 200', 'b delivered 200']).flat(),
      },
    },
  },
  {
    // The variables' key and allowlist are enough.
    fault: 'the stored configuration cannot be read',
    edge: 'configuration unreadable',
    cells: deliveredAtOnce,
  },
  {
    fault: 'Postgres is down',
    edge: 'postgres down',
    cells: deliveredAtOnce,
  },
  {
    fault: 'the Worker is killed while a works',
    destination: 'hangs',
    killed: 'while a works',
    cells: {
      'pass-through': {
        sender: ['broken', 200],
        calls: 'a a',
        recorded: ['a running?', 'a delivered 200'],
      },
      fallback: {
        sender: ['broken', 200],
        calls: 'a a',
        recorded: ['a running?', 'a delivered 200'],
      },
      broadcast: {
        sender: ['broken', 200],
        calls: 'a a b b',
        recorded: ['a running?', 'b delivered 200?', 'a delivered 200', 'b delivered 200'],
      },
      // The turn that was taken is not given again.
      'round-robin': {
        sender: ['broken', 200],
        calls: 'a b',
        recorded: ['a running?', 'b delivered 200'],
      },
    },
  },
  {
    fault: 'the Worker is killed after its answer, while a works on',
    destination: 'hangs',
    killed: 'after its answer',
    cells: {
      ...failedThenDelivered(504, 'timed_out'),
      // Acknowledged: what stands by for the running attempt is what arrives.
      broadcast: {
        sender: [202],
        calls: 'a a b',
        recorded: ['a running?', 'a delivered 200', 'b delivered 200'],
      },
    },
  },
  {
    fault: 'the Worker is killed after its answer, while the outbox holds what a answered 500 to',
    destination: '500',
    edge: 'queues refuse',
    killed: 'after its answer',
    cells: {
      'pass-through': {
        sender: [500, 200],
        calls: 'a a',
        recorded: ['a failed 500?', 'a delivered 200'],
      },
      fallback: {
        sender: [500, 200],
        calls: 'a a',
        recorded: ['a failed 500?', 'a delivered 200'],
      },
      broadcast: {
        sender: [202],
        calls: 'a a b',
        recorded: ['a failed 500?', 'b delivered 200?', 'a delivered 200'],
      },
      'round-robin': {
        sender: [500, 200],
        calls: 'a b',
        recorded: ['a failed 500?', 'b delivered 200'],
      },
    },
  },
];
