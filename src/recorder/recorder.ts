// The edge's way of writing down: it takes facts, makes queue messages of them and sees them off.
// It never fails a delivery: what cannot be recorded is counted and reported.
import { Buffer } from 'node:buffer';
import { messageOf } from '../error-message.ts';
import type {
  AttemptRecord,
  DeadLetterRecord,
  DeliveryRecord,
  RefusalRecord,
} from '../store/record.ts';
import { maxMessageBytes, OutgoingRecords, type OutgoingDeps } from './outgoing-records.ts';

export type Report = (message: string, facts: Record<string, unknown>) => void;

export type Recorder = {
  /**
   * Null where nothing is left to this request: another one sends the record with its own. Else it settles when the
   * record is with the queue, or lost and counted; it never rejects.
   */
  attempt(record: AttemptRecord): Promise<void> | null;
  /** As an attempt's: a delivery that waits for its first one. */
  delivery(record: DeliveryRecord): Promise<void> | null;
  /**
   * Settles when the record is with the queue (true), or lost or too large for it (false).
   * Unlike an attempt's, it is never cut to fit: a dead letter without its body is none.
   */
  deadLetter(record: DeadLetterRecord): Promise<boolean>;
  /** Counts a request that was turned away. A flood of them becomes one record a second. */
  refusal(refusal: {
    source: string | null;
    status: number;
    reason: string;
    detail: string;
  }): Promise<void>;
};

/** What requests of one isolate share: plain data, no I/O. */
export class RecorderState {
  readonly outgoing = new OutgoingRecords();
  readonly refusals = new Map<string, RefusalRecord>();
  /** Records that no queue took since the isolate began. */
  lost = 0;
}

const refusalWindowMs = 1_000;

/** Makes the recorder of one request over the isolate's shared state. */
export function createRecorder(state: RecorderState, deps: OutgoingDeps, report: Report): Recorder {
  const reportLost = (count: number): void => {
    if (count === 0) return;
    state.lost += count;
    report('Records were lost: the queue refused them until the request had to end.', {
      lost: count,
      lostByThisIsolate: state.lost,
    });
  };
  const share = (text: string): Promise<void> | null =>
    state.outgoing.share(text, deps)?.then(reportLost) ?? null;
  const shareFitted = (record: AttemptRecord | DeliveryRecord): Promise<void> | null => {
    try {
      return share(fitMessage(record));
    } catch (error) {
      // Whoever records is on the way to an answer, which goes out whatever becomes of the record.
      state.lost += 1;
      report('A record could not be written down.', {
        lostByThisIsolate: state.lost,
        error: messageOf(error),
      });
      return null;
    }
  };
  return {
    attempt: shareFitted,
    delivery: shareFitted,
    async deadLetter(record) {
      const text = JSON.stringify(record);
      if (!fitsMessage(text)) return false;
      const arrived = await state.outgoing.record(text, deps);
      if (!arrived) reportLost(1);
      return arrived;
    },
    async refusal(refusal) {
      const key = [refusal.source ?? '', refusal.status, refusal.reason].join(' ');
      const pending = state.refusals.get(key);
      if (pending) {
        pending.count += 1;
        return;
      }
      const record: RefusalRecord = {
        v: 1,
        type: 'refusal',
        id: crypto.randomUUID(),
        at: new Date(deps.now()).toISOString(),
        ...refusal,
        count: 1,
      };
      state.refusals.set(key, record);
      await deps.wait(refusalWindowMs);
      state.refusals.delete(key);
      await share(JSON.stringify(record));
    },
  };
}

/** A record that does not fit a queue message goes without the row, and says so. */
export function fitMessage(record: AttemptRecord | DeliveryRecord): string {
  const text = JSON.stringify(record);
  if (fitsMessage(text)) return text;
  const event = { ...record.event, old: null, new: null, payloadKept: false };
  const smaller = JSON.stringify({ ...record, event });
  if (fitsMessage(smaller)) return smaller;
  return JSON.stringify({ ...record, event: { ...event, sessionVariables: null } });
}

/** Whether one record, as JSON, can go into a queue message. */
export function fitsMessage(text: string): boolean {
  // One UTF-16 unit is at most three bytes of UTF-8: most texts need no count.
  const limit = maxMessageBytes - 2;
  return text.length * 3 <= limit || Buffer.byteLength(text) <= limit;
}
