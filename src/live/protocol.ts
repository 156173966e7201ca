// What is said over a connection of the live feed, in both directions, and its limits. Only shapes: docs/live-feed.md
// says what they mean. Shared with the dashboard by type.
import { z } from 'zod';

/** The WebSocket subprotocol (RFC 6455 §1.9) that a client offers and the feed chooses. */
export const liveProtocol = 'throughline.live.v1';

export const limits = {
  /** Of a client's message, in UTF-16 units. */
  messageLength: 2_048,
  /** A client's messages: so many at once, and so many a second on the whole. */
  burst: 20,
  messagesPerSecond: 10,
  /** Messages that cannot be read before the connection is closed. */
  unreadable: 5,
  /** Of the whole feed. */
  connections: 500,
  /** Messages that a client may leave unacknowledged; no more are sent then. */
  unacknowledged: 4,
  /** Whoever acknowledges nothing for so long is gone, or too slow for anything. */
  silenceMs: 30_000,
  /** Entries in one message; more become a summary. */
  entries: 50,
  newest: 5,
  /** So often is sent. */
  pauseMs: 250,
  /** A client that nothing concerns is told the number at least so often while numbers go on. */
  quietMs: 10_000,
  /** A connection's life: whoever comes again is checked again. */
  lifeMs: 15 * 60_000,
  /** What a client can resume from. */
  keptEntries: 5_000,
  keptAnnouncements: 2_000,
  filters: 3,
  /** All filters of a connection as JSON: they are kept with it, in the 2 KB that there are. */
  filterLength: 600,
} as const;

/** Close codes: 4000–4999 are an application's own (RFC 6455 §7.4.2). */
export const closeCodes = {
  /** The connection's time is over, or its token's: connect again and resume. */
  comeAgain: {
    code: 4001,
    reason: 'This connection has lived its time. Connect again and resume.',
  },
  unreadable: { code: 4400, reason: 'Messages that cannot be read. See docs/live-feed.md.' },
  tooSlow: { code: 4408, reason: 'Nothing was acknowledged for 30 s. Connect again and resume.' },
  tooMany: { code: 4429, reason: 'Too many messages: at most 10 a second.' },
  full: {
    code: 4503,
    reason: 'The feed has all the connections that it takes. Try again later, or poll.',
  },
} as const;

const liveKinds = ['cascade', 'growth', 'dead_letter', 'circuit', 'loop'] as const;

const name = z.string().min(1).max(128);

/** What an entry must be to be told: all that is given. */
export const liveFilterSchema = z.strictObject({
  kinds: z.array(z.enum(liveKinds)).min(1).max(liveKinds.length).optional(),
  trigger: name.optional(),
  /** `schema.table`. */
  table: name.optional(),
  job: name.optional(),
  onlyProblems: z.boolean().optional(),
  /** The root trace's id. */
  cascade: z.uuid().optional(),
});
export type LiveFilter = z.infer<typeof liveFilterSchema>;

const seq = z.number().int().nonnegative();

export const clientMessageSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('subscribe'),
    /** An entry is told that passes any of them; none: everything is. */
    filters: z
      .array(liveFilterSchema)
      .max(limits.filters)
      .refine((list) => JSON.stringify(list).length <= limits.filterLength, {
        message: `must have ${limits.filterLength} characters at most, as JSON`,
      })
      .default([]),
    resume: z.strictObject({ feed: z.string().max(64), after: seq }).optional(),
  }),
  z.strictObject({ type: z.literal('ack'), seq }),
]);
export type ClientMessage = z.infer<typeof clientMessageSchema>;

const nodeChangeSchema = z.discriminatedUnion('of', [
  z.object({ of: z.literal('event'), source: z.string(), id: z.string() }),
  z.object({
    of: z.literal('delivery'),
    id: z.string(),
    /** Of its latest attempt here; `waiting` before the first, `dead` when nobody tries again. */
    state: z.enum([
      'waiting',
      'running',
      'delivered',
      'failed',
      'unreachable',
      'timed_out',
      'cancelled',
      'dead',
    ]),
  }),
]);
export type NodeChange = z.infer<typeof nodeChangeSchema>;

const told = {
  /** When it was announced; RFC 3339. */
  at: z.iso.datetime(),
  /** Something failed, is dead, is not called, or fires itself. */
  problem: z.boolean(),
};

const changeShape = {
  ...told,
  /** The root's: a joined trace is told under it. */
  traceId: z.uuid(),
  sources: z.array(z.string()),
  /** Of the events that came or changed, not of the whole cascade. */
  triggers: z.array(z.string()),
  tables: z.array(z.string()),
  jobs: z.array(z.string()),
  nodes: z.array(nodeChangeSchema),
  nodesLeftOut: seq,
};

const cascadeEntrySchema = z.object({ kind: z.literal('cascade'), ...changeShape });
const growthEntrySchema = z.object({ kind: z.literal('growth'), ...changeShape });
const deadLetterEntrySchema = z.object({
  kind: z.literal('dead_letter'),
  ...told,
  deliveryId: z.string(),
  traceId: z.uuid().nullable(),
  source: z.string(),
  trigger: z.string().nullable(),
  table: z.string().nullable(),
  job: z.string(),
  reason: z.string(),
  /** In the future where its sender may come again until then: it is listed from then on. */
  deadAt: z.iso.datetime(),
});
const circuitEntrySchema = z.object({
  kind: z.literal('circuit'),
  ...told,
  id: z.string(),
  destination: z.string(),
  state: z.enum(['open', 'closed', 'disabled']),
});
const loopEntrySchema = z.object({
  kind: z.literal('loop'),
  ...told,
  traceId: z.uuid(),
  source: z.string(),
  trigger: z.string(),
  table: z.string(),
  times: seq,
});

export const liveEntrySchema = z.discriminatedUnion('kind', [
  cascadeEntrySchema,
  growthEntrySchema,
  deadLetterEntrySchema,
  circuitEntrySchema,
  loopEntrySchema,
]);
export type LiveEntry = z.infer<typeof liveEntrySchema>;
export type CircuitEntry = z.infer<typeof circuitEntrySchema>;
/** A cascade, new or grown. */
export type ChangeEntry = z.infer<typeof cascadeEntrySchema> | z.infer<typeof growthEntrySchema>;

const countsSchema = z.object({
  cascade: seq,
  growth: seq,
  dead_letter: seq,
  circuit: seq,
  loop: seq,
});
export type Counts = z.infer<typeof countsSchema>;

/** `after` is the number that the client was told last: another one means that something is missing. */
const range = { after: seq, seq };

export const serverMessageSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('hello'),
    feed: z.string(),
    seq,
    /** RFC 3339; the connection is closed then, to be checked again. */
    endsAt: z.iso.datetime(),
  }),
  /** What is told from here on, and after which number it begins. */
  z.object({ type: z.literal('subscribed'), feed: z.string(), seq }),
  z.object({
    type: z.literal('entries'),
    ...range,
    entries: z.array(liveEntrySchema),
    /** Announcements that never reached the feed: what they said is in the API only. Above 0: fetch anew. */
    missed: seq,
  }),
  /** More than one can read, in place of the entries. Everything that is shown may be out of date: fetch anew. */
  z.object({
    type: z.literal('summary'),
    ...range,
    counts: countsSchema,
    problems: seq,
    newest: z.array(liveEntrySchema),
    missed: seq,
  }),
  /** What the client knows does not lead here: fetch everything anew, and go on from `seq`. */
  z.object({
    type: z.literal('reset'),
    feed: z.string(),
    seq,
    why: z.enum(['too_old', 'another_feed', 'from_the_future']),
  }),
  z.object({ type: z.literal('problem'), reason: z.string(), detail: z.string() }),
]);
export type ServerMessage = z.infer<typeof serverMessageSchema>;
