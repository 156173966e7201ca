// The pure core of a destination's circuit: when it opens, when it may be tried again, when it closes, and when
// the destination is disabled. No clock, no I/O. docs/decisions/017 says why these rules.

/** What attempts at one destination came to since the last report. */
export type Tally = {
  /** Answered 2xx. */
  delivered: number;
  /** Answered anything else that is no failure of the destination's: 3xx, 4xx but 429. */
  refused: number;
  /** Timed out, broke off, was out of reach, answered 5xx or 429. */
  failures: number;
  /** Which events failed, some of them at least: one that fails again and again counts once. */
  failedEvents: readonly string[];
  /** Those of them that failed after the last answer. */
  inARow: readonly string[];
  /** How the last one failed. */
  error: string | null;
  /** A 429's `Retry-After`, in ms. */
  askedMs: number | null;
};

/** Times are ms since the epoch, by one clock. Plain data: it is stored as JSON. */
export type Circuit = {
  /** What came in the window, oldest first. */
  slots: readonly { startsAt: number; answered: number; failed: number }[];
  /** Events that failed in the window, and when they did last. */
  failedEvents: readonly (readonly [event: string, at: number])[];
  /** Different events that failed since the destination answered last. */
  inARow: { since: number; events: readonly string[] } | null;
  /** Null: closed. From `until` on it is half open. `since` stays while it opens again after a probe. */
  opened: { since: number; until: number; reason: string } | null;
  /** How often it has opened with little between: it stays open longer each time. */
  openings: number;
  closedAt: number | null;
  /** Until then somebody holds the probe. */
  probeUntil: number;
  lastError: { at: number; text: string } | null;
  deliveredAt: number | null;
  /** Since when nothing was delivered, how many attempts that were, and on how many days. */
  failing: { since: number; attempts: number; days: number; lastDay: number } | null;
  disabled: { at: number; reason: string } | null;
};

export type CircuitState = 'closed' | 'open' | 'half_open' | 'disabled';

const second = 1_000;
const minute = 60 * second;
const day = 86_400_000;

export const rules = {
  windowMs: 30 * second,
  slotMs: 5 * second,
  /** Opens when so much came in the window, and half of it failed … */
  leastInWindow: 10,
  failedShare: 0.5,
  /** … or, where less came, when so many different events failed one after the other, over any time. */
  failedInARow: 5,
  firstOpenMs: 10 * second,
  longestOpenMs: 5 * minute,
  /** Opening again within this time after it closed counts as flapping. */
  calmMs: 10 * minute,
  /** A probe that takes longer, or whose isolate has died, is not waited for. */
  probeMs: 15 * second,
  /** A destination is disabled when nothing was delivered for so long, unless the configuration says otherwise … */
  disabledAfterMs: 5 * day,
  /** … and attempts failed on so many days (or as many as that is), this often. */
  failedDays: 3,
  failedAttempts: 10,
} as const;

export const newCircuit: Circuit = {
  slots: [],
  failedEvents: [],
  inARow: null,
  opened: null,
  openings: 0,
  closedAt: null,
  probeUntil: 0,
  lastError: null,
  deliveredAt: null,
  failing: null,
  disabled: null,
};

export function stateOf(circuit: Circuit, nowMs: number): CircuitState {
  if (circuit.disabled) return 'disabled';
  if (!circuit.opened) return 'closed';
  return nowMs < circuit.opened.until ? 'open' : 'half_open';
}

/**
 * Takes in what attempts came to.
 * @param disabledAfterMs whole days; Infinity disables nothing
 */
export function note(
  circuit: Circuit,
  tally: Tally,
  nowMs: number,
  disabledAfterMs: number = rules.disabledAfterMs,
): Circuit {
  if (tally.delivered + tally.refused + tally.failures === 0) return circuit;
  const noted = withError(withFailing(circuit, tally, nowMs, disabledAfterMs), tally, nowMs);
  // Until its time is over nothing closes it: answers to what began before would make it flap.
  if (circuit.opened && nowMs < circuit.opened.until) return noted;
  if (tally.askedMs !== null) return openAsAsked(noted, tally.askedMs, nowMs);
  if (circuit.opened) return judgeProbe(noted, tally, nowMs);
  const counted = count(noted, tally, nowMs);
  // Where nothing failed nothing opens, whatever came before or is listed.
  if (tally.failures === 0) return counted;
  const reason = reasonToOpen(counted, nowMs);
  return reason === null ? counted : open(counted, reason, nowMs);
}

/** Hands the probe of a half-open circuit to whoever asks first; it comes back by itself. */
export function lendProbe(circuit: Circuit, nowMs: number): Circuit | null {
  if (stateOf(circuit, nowMs) !== 'half_open' || nowMs < circuit.probeUntil) return null;
  return { ...circuit, probeUntil: nowMs + rules.probeMs };
}

/** Closes it by hand, and enables the destination. */
export function reset(circuit: Circuit): Circuit {
  const { lastError, deliveredAt } = circuit;
  return { ...newCircuit, lastError, deliveredAt };
}

/** Whether nothing in it matters any more. */
export function isForgettable(
  circuit: Circuit,
  nowMs: number,
  disabledAfterMs: number = rules.disabledAfterMs,
): boolean {
  if (circuit.opened || circuit.disabled) return false;
  const { lastError, failing } = circuit;
  const quietForMs = nowMs - (lastError?.at ?? 0);
  return quietForMs > (failing ? 2 * disabledAfterMs : rules.calmMs);
}

function withError(circuit: Circuit, { error }: Tally, at: number): Circuit {
  return error === null ? circuit : { ...circuit, lastError: { at, text: error } };
}

function withFailing(
  circuit: Circuit,
  tally: Tally,
  nowMs: number,
  disabledAfterMs: number,
): Circuit {
  if (tally.delivered > 0) return { ...circuit, deliveredAt: nowMs, failing: null, disabled: null };
  const today = Math.floor(nowMs / day);
  const earlier = circuit.failing ?? { since: nowMs, attempts: 0, days: 0, lastDay: -1 };
  const failing = {
    since: earlier.since,
    attempts: earlier.attempts + tally.refused + tally.failures,
    days: earlier.days + (today > earlier.lastDay ? 1 : 0),
    lastDay: Math.max(today, earlier.lastDay),
  };
  const isOver =
    nowMs - failing.since >= disabledAfterMs &&
    failing.days >= Math.min(rules.failedDays, disabledAfterMs / day) &&
    failing.attempts >= rules.failedAttempts;
  if (!isOver || circuit.disabled) return { ...circuit, failing };
  const error = tally.error ?? circuit.lastError?.text ?? 'no reason is known';
  const reason = `None of ${failing.attempts} attempts was delivered since ${timeOf(failing.since)}: ${error}`;
  return { ...circuit, failing, disabled: { at: nowMs, reason } };
}

/** Adds to the window; what left it is dropped. */
function count(circuit: Circuit, tally: Tally, nowMs: number): Circuit {
  const answered = tally.delivered + tally.refused;
  const recent = circuit.failedEvents.filter(([, at]) => at > nowMs - rules.windowMs);
  const known = new Set(recent.map(([event]) => event));
  const events = [...new Set(tally.failedEvents)];
  const failed = events.filter((event) => !known.has(event)).length;
  const slots = circuit.slots.filter(({ startsAt }) => startsAt > nowMs - rules.windowMs);
  const last = slots.at(-1);
  const isInLast = last !== undefined && nowMs < last.startsAt + rules.slotMs;
  const slot = isInLast ? last : { startsAt: nowMs, answered: 0, failed: 0 };
  return {
    ...circuit,
    slots: [
      ...(isInLast ? slots.slice(0, -1) : slots),
      { ...slot, answered: slot.answered + answered, failed: slot.failed + failed },
    ],
    failedEvents: [
      ...recent.filter(([event]) => !events.includes(event)),
      ...events.map((event) => [event, nowMs] as const),
    ].slice(-mostEvents),
    inARow: inARowWith(answered > 0 ? null : circuit.inARow, tally.inARow, nowMs),
  };
}

/** More than these change no verdict. */
const mostEvents = 64;

function inARowWith(
  before: Circuit['inARow'],
  events: readonly string[],
  nowMs: number,
): Circuit['inARow'] {
  if (events.length === 0) return before;
  const { since, events: earlier } = before ?? { since: nowMs, events: [] };
  return { since, events: [...new Set([...earlier, ...events])].slice(0, rules.failedInARow) };
}

function reasonToOpen(circuit: Circuit, nowMs: number): string | null {
  const error = circuit.lastError?.text ?? 'no reason is known';
  const failed = sum(circuit.slots.map((slot) => slot.failed));
  const all = failed + sum(circuit.slots.map((slot) => slot.answered));
  if (all >= rules.leastInWindow) {
    if (failed < all * rules.failedShare) return null;
    const since = circuit.slots[0]?.startsAt ?? nowMs;
    return `${failed} of ${all} attempts failed since ${timeOf(since)}: ${error}`;
  }
  const { inARow } = circuit;
  return inARow && inARow.events.length >= rules.failedInARow
    ? `${inARow.events.length} events in a row failed since ${timeOf(inARow.since)}: ${error}`
    : null;
}

function open(circuit: Circuit, reason: string, nowMs: number): Circuit {
  const isFlapping =
    circuit.opened !== null || nowMs - (circuit.closedAt ?? -Infinity) < rules.calmMs;
  const openings = isFlapping ? circuit.openings + 1 : 1;
  const openMs = Math.min(rules.firstOpenMs * 2 ** Math.min(openings - 1, 20), rules.longestOpenMs);
  return { ...opened(circuit, reason, nowMs, openMs), openings };
}

/** What a destination asks for is done at once, within limits, and is no flapping. */
function openAsAsked(circuit: Circuit, askedMs: number, nowMs: number): Circuit {
  const openMs = Math.min(Math.max(askedMs, second), rules.longestOpenMs);
  const seconds = Math.ceil(askedMs / second);
  const reason = `It answered 429 at ${timeOf(nowMs)} and asked for ${seconds} s`;
  return opened(circuit, reason, nowMs, openMs);
}

function opened(circuit: Circuit, reason: string, nowMs: number, openMs: number): Circuit {
  return {
    ...circuit,
    slots: [],
    failedEvents: [],
    inARow: null,
    probeUntil: 0,
    opened: { since: circuit.opened?.since ?? nowMs, until: nowMs + openMs, reason },
  };
}

function judgeProbe(circuit: Circuit, tally: Tally, nowMs: number): Circuit {
  if (tally.failures > 0 && tally.failures >= tally.delivered + tally.refused) {
    const error = tally.error ?? 'no reason is known';
    return open(circuit, `A probe failed at ${timeOf(nowMs)}: ${error}`, nowMs);
  }
  return { ...circuit, opened: null, closedAt: nowMs, probeUntil: 0 };
}

/** `2026-11-25 12:03:10 UTC` */
function timeOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
