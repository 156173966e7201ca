// The consumer: records come out of the queue, become rows, and every event they touch is judged anew.
// A message is acknowledged when everything in it is stored (or kept as unreadable), and only then.
import { builtInLoopLimits, type LoopLimits } from '../config/configuration.ts';
import { messageOf } from '../error-message.ts';
import { type Connect, inTransaction, isDataError, type StoreClient } from '../store/client.ts';
import { noteLines } from '../store/cascade-lines.ts';
import { insertRows, insertUnreadableRows } from '../store/insert.ts';
import type { FoundLoop } from '../store/loops.ts';
import type { RecordMessage } from '../store/record.ts';
import type { UnreadableRow } from '../store/rows.ts';
import { type AnnounceDeps, announceStored, type StoredBatch } from './announce-stored.ts';
import { gatherRows } from './gather-rows.ts';
import { gradeTouched, noteHabits } from './grade-touched.ts';
import { noteLoops } from './note-loops.ts';
import { readMessage } from './read-message.ts';
import { retryOptions } from './retry-delay.ts';
import { rollUpAfter } from './roll-up-after.ts';

/** What is used of a Cloudflare `MessageBatch<unknown>`. */
export type RecordBatch = {
  readonly queue: string;
  readonly messages: readonly {
    readonly id: string;
    readonly body: unknown;
    readonly attempts: number;
    ack(): void;
    retry(options?: { delaySeconds?: number }): void;
  }[];
};

export type ConsumeDeps = AnnounceDeps & {
  connect: Connect;
  /** Left out: loops are flagged after the built-in number of rounds, and none is stopped. */
  loops?: { limits: LoopLimits; stop(loops: readonly FoundLoop[]): Promise<void> };
};

type Placed = { messageId: string; position: number; record: RecordMessage; text: () => string };

const statementTimeoutMs = 20_000;

/**
 * Stores a batch. Safe to repeat, wholly or in part, in any order and beside other consumers.
 *
 * Transactions one after the other, since an event and the hop it names can arrive at the same time at two
 * consumers: rows are committed first, then whoever judges sees what both have stored. When a later one
 * fails, the messages come again and the earlier ones change nothing.
 *
 * Never throws: each message is acknowledged or asked for again after a growing pause.
 */
export async function consumeRecords(batch: RecordBatch, deps: ConsumeDeps): Promise<void> {
  const records: Placed[] = [];
  const unreadable: UnreadableRow[] = [];
  const receivedAt = new Date(deps.now()).toISOString();
  const keep = (row: Omit<UnreadableRow, 'received_at'>): void => {
    unreadable.push({ ...row, received_at: receivedAt });
    deps.report('A record does not fit and was kept in unreadable_records.', {
      messageId: row.message_id,
      position: row.position,
      reason: row.reason,
    });
  };
  for (const message of batch.messages) {
    const read = readMessage(message.body);
    for (const item of read.records) records.push({ messageId: message.id, ...item });
    for (const { position, reason, text } of read.unreadable) {
      keep({ message_id: message.id, position, reason, body: text });
    }
  }
  try {
    await deps.connect(async (client) => {
      const stored: StoredBatch[] = [];
      for (const { placed, reason } of await storeRecords(client, records, deps, stored)) {
        const { messageId, position, text } = placed;
        keep({ message_id: messageId, position, reason, body: text() });
      }
      await insertUnreadableRows(client, unreadable);
      await announceStored(client, stored, deps);
      if (stored.length > 0) await rollUpAfter(client, deps);
    });
  } catch (error) {
    postpone(batch, error, deps);
    return;
  }
  for (const message of batch.messages) message.ack();
}

/** Stores and judges; adds to `stored` what is committed, and returns the records that the tables do not take. */
async function storeRecords(
  client: StoreClient,
  records: readonly Placed[],
  deps: Pick<ConsumeDeps, 'report' | 'loops'>,
  stored: StoredBatch[],
): Promise<{ placed: Placed; reason: string }[]> {
  if (records.length === 0) return [];
  try {
    const rows = await gatherRows(records.map((placed) => placed.record));
    const keys = await inTransaction(
      client,
      { access: 'write', timeoutMs: statementTimeoutMs },
      () => insertRows(client, rows),
    );
    const brought = { rows, keys };
    await inTransaction(client, { access: 'write', timeoutMs: statementTimeoutMs }, () =>
      noteHabits(client, brought),
    );
    const { keys: graded, joined } = await inTransaction(
      client,
      { access: 'write', timeoutMs: statementTimeoutMs },
      () => gradeTouched(client, brought),
    );
    const { fresh, toStop } = await inTransaction(
      client,
      { access: 'write', timeoutMs: statementTimeoutMs },
      () => noteLoops(client, graded, deps.loops?.limits ?? builtInLoopLimits),
    );
    const touched = new Set(
      [...keys.events, ...graded].map(({ traceId }) => traceId).concat(joined),
    );
    await inTransaction(client, { access: 'write', timeoutMs: statementTimeoutMs }, () =>
      noteLines(client, [...touched]),
    );
    for (const loop of fresh) reportLoop(loop, deps);
    if (toStop.length > 0) await deps.loops?.stop(toStop);
    stored.push({ ...brought, graded, loops: fresh });
    return [];
  } catch (error) {
    // A RangeError: one nests too deep to be walked.
    if (!isDataError(error) && !(error instanceof RangeError)) throw error;
    // One record spoils a whole statement: halve until it stands alone, so that the others get in.
    const [only] = records;
    if (records.length === 1 && only) return [{ placed: only, reason: messageOf(error) }];
    const middle = Math.ceil(records.length / 2);
    return [
      ...(await storeRecords(client, records.slice(0, middle), deps, stored)),
      ...(await storeRecords(client, records.slice(middle), deps, stored)),
    ];
  }
}

function reportLoop(loop: FoundLoop, deps: Pick<ConsumeDeps, 'report'>): void {
  deps.report('A trigger fires itself along one path of a cascade.', {
    source: loop.source,
    trigger: loop.trigger,
    times: loop.times,
    traceId: loop.rootTraceId,
    eventId: loop.id,
    isCertain: loop.isCertain,
  });
}

/** Asks for every message again, each after the pause that its own number of attempts gives. */
function postpone(batch: RecordBatch, error: unknown, deps: ConsumeDeps): void {
  let longest = 0;
  for (const message of batch.messages) {
    const options = retryOptions(batch.queue, message.attempts);
    longest = Math.max(longest, options.delaySeconds ?? 0);
    message.retry(options);
  }
  deps.report('A batch of records could not be stored and will come again.', {
    queue: batch.queue,
    messages: batch.messages.length,
    delaySeconds: longest,
    error: messageOf(error),
  });
}
