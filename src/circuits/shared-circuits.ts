// What an isolate knows of its destinations' circuits: plain data that its requests share. A request counts here
// and looks here, and asks nobody; what was counted is reported in the background, and the answer brings the states.
import { messageOf } from '../error-message.ts';
import { rules } from './circuit.ts';
import { CircuitBoard, shortestPaceMs } from './circuit-board.ts';
import type { CircuitAnswer, CircuitReport, DestinationReport, Verdict } from './circuit-report.ts';
import { circuitId, circuitKey, longestKey, shardOf } from './destination-key.ts';

export type CircuitDeps = {
  /** Reports to the object that keeps a shard's circuits. Rejects, or never settles, out of reach. */
  report(shard: string, report: CircuitReport): Promise<CircuitAnswer>;
  wait(ms: number): Promise<void>;
  now(): number;
  /** Lets a report end that its request does not wait for. */
  waitUntil(work: Promise<unknown>): void;
  log(message: string, facts: Record<string, unknown>): void;
};

/** How an attempt ended, as far as it says something about its destination. */
export type Outcome = {
  event: string;
  result: 'delivered' | 'refused' | 'failed';
  error: string | null;
  /** A 429's `Retry-After`. */
  askedMs: number | null;
};

/** Whether an event may go to a destination. */
export type Admission =
  | { admitted: true }
  | {
      admitted: false;
      why: 'circuit_open' | 'disabled';
      /** Until it may be tried again, as far as it is known. */
      remainingMs: number;
      /** How long it has been like that. */
      openForMs: number;
    };

type Entry = {
  key: string;
  /** Null until it is first reported. */
  id: string | null;
  delivered: number;
  refused: number;
  failures: number;
  failedEvents: string[];
  inARow: string[];
  error: string | null;
  askedMs: number | null;
  wantsProbe: boolean;
  /** By this isolate's clock, as all of these. */
  usedAt: number;
  answeredAt: number;
  /** What the last answer said; `closed` before there was one. */
  state: 'closed' | Verdict['state'];
  openUntil: number;
  openSince: number;
  /** When this isolate learnt of this opening: what began before says nothing about what follows. */
  learntAt: number;
  /** Until then this isolate holds the probe. */
  probeUntil: number;
};

/** What is not closed counts as unknown, which is closed, when nothing was heard for so long. */
const staleMs = 10_000;
/** Destinations that an isolate remembers; more have no circuit. */
const mostEntries = 1_024;
/** Destinations in one report; the others go with the next. */
const mostReported = 256;
const mostFailedEvents = 16;
/** A report that takes longer counts as lost. */
const reportLimitMs = 3_000;
/** How long an object is left alone that could not be reached, doubled each time. */
const firstPauseMs = 2_000;
const longestPauseMs = 60_000;

type Shard = { board: CircuitBoard | null; pausedUntil: number; pauseMs: number };

export class SharedCircuits {
  readonly #entries = new Map<string, Entry>();
  /** Used since the last report. */
  readonly #used = new Set<Entry>();
  readonly #shards = new Map<string, Shard>();
  #paceMs = shortestPaceMs;
  #reportedAt = -Infinity;
  /** Somebody has promised to report at this time. */
  #promisedFor = -Infinity;

  /** Whether an event may go there. It hands the probe out, where this isolate holds it: use it, or lose it. */
  admit(destination: URL, deps: CircuitDeps): Admission {
    const nowMs = deps.now();
    const entry = this.#use(destination, nowMs);
    const admission: Admission = entry ? judge(entry, nowMs) : { admitted: true };
    this.#reportWhenDue(false, deps);
    return admission;
  }

  /**
   * The same by what is known now: asks the object where this isolate has not heard from it within its pace. Never
   * on the hot path. Never rejects.
   */
  async ask(destination: URL, deps: CircuitDeps): Promise<Admission> {
    const entry = this.#use(destination, deps.now());
    if (!entry) return { admitted: true };
    const isFresh = deps.now() - entry.answeredAt < this.#paceMs;
    const mayProbe = entry.state !== 'closed' && deps.now() >= entry.openUntil;
    if (!isFresh || mayProbe) {
      entry.wantsProbe = true;
      await this.#report([entry], deps);
    }
    return judge(entry, deps.now());
  }

  /** Notes that an attempt begins. @returns what notes how it ended; null: it says nothing of the destination */
  begin(destination: URL, deps: CircuitDeps): (outcome: Outcome | null) => void {
    const beganAt = deps.now();
    const entry = this.#use(destination, beganAt);
    this.#reportWhenDue(false, deps);
    if (!entry) return () => undefined;
    return (outcome) => {
      if (!outcome || beganAt < entry.learntAt) return;
      count(entry, outcome);
      entry.usedAt = deps.now();
      this.#used.add(entry);
      this.#reportWhenDue(outcome.result === 'failed', deps);
    };
  }

  #use(destination: URL, nowMs: number): Entry | null {
    const key = circuitKey(destination);
    let entry = this.#entries.get(key);
    if (!entry) {
      if (key.length > longestKey) return null;
      if (this.#entries.size >= mostEntries && !this.#forget(nowMs)) return null;
      entry = newEntry(key);
      this.#entries.set(key, entry);
    }
    entry.usedAt = nowMs;
    this.#used.add(entry);
    return entry;
  }

  /** Makes room: those that nobody has used for a while. @returns whether there is some */
  #forget(nowMs: number): boolean {
    for (const entry of this.#entries.values()) {
      if (nowMs - entry.usedAt > staleMs && !this.#used.has(entry)) this.#entries.delete(entry.key);
    }
    return this.#entries.size < mostEntries;
  }

  /**
   * Reports if it is time.
   * @param isUrgent then it is reported when its time comes, though no other request should come
   */
  #reportWhenDue(isUrgent: boolean, deps: CircuitDeps): void {
    const nowMs = deps.now();
    const dueInMs = this.#reportedAt + this.#paceMs - nowMs;
    if (dueInMs <= 0) {
      this.#reportedAt = nowMs;
      deps.waitUntil(this.#report(this.#takeUsed(), deps));
    } else if (isUrgent && this.#promisedFor < nowMs) {
      this.#promisedFor = nowMs + dueInMs;
      const keep = async (): Promise<void> => {
        await deps.wait(dueInMs);
        this.#promisedFor = -Infinity;
        this.#reportWhenDue(this.#used.size > 0, deps);
      };
      deps.waitUntil(keep());
    }
  }

  #takeUsed(): Entry[] {
    const taken: Entry[] = [];
    for (const entry of this.#used) {
      if (taken.length >= mostReported) break;
      this.#used.delete(entry);
      taken.push(entry);
    }
    return taken;
  }

  /** Never rejects: no attempt fails since its circuit could not be told. */
  async #report(entries: readonly Entry[], deps: CircuitDeps): Promise<void> {
    try {
      await this.#reportByShard(entries, deps);
    } catch (error) {
      deps.log('Circuits could not be reported: what was counted goes with a later report.', {
        destinations: entries.length,
        error: messageOf(error),
      });
    }
  }

  async #reportByShard(entries: readonly Entry[], deps: CircuitDeps): Promise<void> {
    const byShard = new Map<string, { entry: Entry; report: DestinationReport }[]>();
    for (const entry of entries) entry.id ??= await circuitId(entry.key);
    for (const entry of entries) {
      const shard = shardOf(entry.id ?? '');
      byShard.set(shard, [...(byShard.get(shard) ?? []), { entry, report: reportOf(entry) }]);
    }
    await Promise.all(
      [...byShard].map(async ([name, reported]) => {
        const destinations = reported.map(({ report }) => report);
        const sent = { paceMs: this.#paceMs, destinations };
        const answer = await this.#answerOf(name, sent, deps);
        this.#paceMs = answer.paceMs;
        const verdicts = new Map(answer.verdicts.map((verdict) => [verdict.id, verdict]));
        for (const { entry, report } of reported) {
          learn(entry, verdicts.get(report.id) ?? null, deps.now());
        }
      }),
    );
  }

  /** The object's; while it is out of reach, what this isolate alone has seen. */
  async #answerOf(name: string, report: CircuitReport, deps: CircuitDeps): Promise<CircuitAnswer> {
    const shard = this.#shards.get(name) ?? { board: null, pausedUntil: -Infinity, pauseMs: 0 };
    this.#shards.set(name, shard);
    if (deps.now() >= shard.pausedUntil) {
      try {
        const late = deps.wait(reportLimitMs).then(() => {
          throw new Error(`No answer within ${reportLimitMs} ms.`);
        });
        const answer = await Promise.race([deps.report(name, report), late]);
        shard.board = null;
        shard.pauseMs = 0;
        return answer;
      } catch (error) {
        // Out of reach, overloaded or too slow: never asked again at once.
        shard.pauseMs = Math.min(Math.max(shard.pauseMs * 2, firstPauseMs), longestPauseMs);
        shard.pausedUntil = deps.now() + shard.pauseMs;
        deps.log('Circuits are out of reach: this isolate goes by what it sees itself.', {
          shard: name,
          error: messageOf(error),
        });
      }
    }
    shard.board ??= new CircuitBoard();
    const { answer } = shard.board.report(report, deps.now());
    shard.board.prune(deps.now());
    return answer;
  }
}

function newEntry(key: string): Entry {
  return {
    key,
    id: null,
    delivered: 0,
    refused: 0,
    failures: 0,
    failedEvents: [],
    inARow: [],
    error: null,
    askedMs: null,
    wantsProbe: false,
    usedAt: -Infinity,
    answeredAt: -Infinity,
    state: 'closed',
    openUntil: -Infinity,
    openSince: -Infinity,
    learntAt: -Infinity,
    probeUntil: -Infinity,
  };
}

function judge(entry: Entry, nowMs: number): Admission {
  if (entry.state === 'closed') return { admitted: true };
  const openForMs = Math.max(0, nowMs - entry.openSince);
  const remainingMs = Math.max(0, entry.openUntil - nowMs);
  const isStale = nowMs - entry.answeredAt > staleMs;
  if (entry.state === 'disabled') {
    return isStale
      ? { admitted: true }
      : { admitted: false, why: 'disabled', remainingMs, openForMs };
  }
  if (remainingMs === 0) {
    // Half open. Who has heard nothing for long does not know that it still is.
    if (nowMs < entry.probeUntil || isStale) {
      entry.probeUntil = -Infinity;
      return { admitted: true };
    }
    entry.wantsProbe = true;
  }
  return { admitted: false, why: 'circuit_open', remainingMs, openForMs };
}

function count(entry: Entry, { event, result, error, askedMs }: Outcome): void {
  if (result !== 'failed') {
    if (result === 'delivered') entry.delivered += 1;
    else entry.refused += 1;
    if (entry.inARow.length > 0) entry.inARow = [];
  } else {
    entry.failures += 1;
    noteEvent(entry.failedEvents, event, mostFailedEvents);
    noteEvent(entry.inARow, event, rules.failedInARow);
    if (askedMs !== null) entry.askedMs = Math.max(entry.askedMs ?? 0, askedMs);
  }
  entry.error = error ?? entry.error;
}

function noteEvent(events: string[], event: string, most: number): void {
  if (events.length < most && !events.includes(event)) events.push(event);
}

/** What there is to report, which is counted anew from here on. */
function reportOf(entry: Entry): DestinationReport {
  const { key, id, wantsProbe } = entry;
  const { delivered, refused, failures, failedEvents, inARow, error, askedMs } = entry;
  entry.delivered = 0;
  entry.refused = 0;
  entry.failures = 0;
  entry.failedEvents = [];
  entry.inARow = [];
  entry.error = null;
  entry.askedMs = null;
  entry.wantsProbe = false;
  const isBad = failures + refused > 0;
  return {
    id: id ?? '',
    destination: isBad ? key : null,
    tally:
      isBad || delivered > 0
        ? { delivered, refused, failures, failedEvents, inARow, error, askedMs }
        : null,
    wantsProbe,
  };
}

function learn(entry: Entry, verdict: Verdict | null, nowMs: number): void {
  entry.answeredAt = nowMs;
  if (!verdict) {
    entry.state = 'closed';
    entry.openUntil = -Infinity;
    entry.probeUntil = -Infinity;
    return;
  }
  const { state, remainingMs, openForMs, probeMs } = verdict;
  const wasWaiting = entry.state !== 'closed' && nowMs < entry.openUntil;
  if (remainingMs > 0 && !wasWaiting) {
    entry.learntAt = nowMs;
    entry.probeUntil = -Infinity;
  }
  entry.state = state;
  entry.openUntil = nowMs + remainingMs;
  entry.openSince = nowMs - openForMs;
  // A probe that this isolate holds already is not mentioned again.
  if (probeMs > 0) entry.probeUntil = nowMs + probeMs;
}
