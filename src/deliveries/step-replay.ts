// One step of a replay run: what is due is handed to the retries queue, or the run's state changes. It is called
// again and again by the run's object, which keeps what could not be written down.
import { messageOf } from '../error-message.ts';
import { type Connect, inTransaction, type StoreClient } from '../store/client.ts';
import { lockDeadLetters, type ReplayableDeadLetter } from '../store/dead-letters.ts';
import {
  type HandedLetter,
  lockRun,
  markHandingOver,
  nextLetters,
  openHandOver,
  readCanaries,
  setRunState,
  settleLetters,
  type SkipReason,
  type StoredRun,
} from '../store/replay-runs.ts';
import type { Cancellations } from './cancellations.ts';
import { pendingFrom } from './replay.ts';
import { planStep } from './replay-run.ts';
import { sendParcel, type SendParcelDeps } from './send-parcel.ts';
import { NothingHeard, withinLimit } from './within-limit.ts';

export type StepReplayDeps = SendParcelDeps & {
  connect: Connect;
  cancellations: Pick<Cancellations, 'allow'>;
  wait(ms: number): Promise<void>;
  report(message: string, facts: Record<string, unknown>): void;
};

export type StepResult = {
  /** When to come again; null: not before somebody does something to the run. */
  nextInMs: number | null;
  /** What became of letters and could not be written down: to be handed in with the next step. */
  unsaved: HandedLetter[];
};

const statementTimeoutMs = 10_000;
/** What has not settled by then may have arrived. */
const handOverLimitMs = 5_000;
/** A step has ended by then, whatever happened to it: what it has not settled, nobody will. */
const longestStepMs = 120_000;
/** The retries queue and what a request needs of the bucket: an invocation has six connections. */
const handOversAtOnce = 4;
/** Letters gather for so long, so that a fast run makes few steps. */
const leastPauseMs = 1_000;
const refusedPauseMs = 15_000;
const unsavedPauseMs = 2_000;

/** Who changes a run when nobody does. */
const itself = { who: 'throughline', onBehalfOf: null };

/**
 * Makes one step. Letters are marked before they are handed over, and what became of them after: a crash in between
 * leaves letters of which nobody can say, and those are never handed over again by this run.
 * @param unsaved of the step before
 * @throws StoreUnreachable while nothing has been handed over
 */
export async function stepReplay(
  runId: string,
  unsaved: readonly HandedLetter[],
  deps: StepReplayDeps,
): Promise<StepResult> {
  const begun = await deps.connect((client) =>
    inTransaction(client, { access: 'write', timeoutMs: statementTimeoutMs }, () =>
      begin(client, runId, unsaved, deps),
    ),
  );
  if (begun.letters.length === 0) return { nextInMs: begun.nextInMs, unsaved: [] };
  const handed = await handAllOver(begun.letters, deps);
  const refused = handed.filter(({ outcome }) => outcome === 'refused' || outcome === 'unknown');
  const nextInMs = refused.length > 0 ? refusedPauseMs : begun.nextInMs;
  try {
    await deps.connect((client) =>
      inTransaction(client, { access: 'write', timeoutMs: statementTimeoutMs }, () =>
        settleLetters(client, runId, handed),
      ),
    );
    return { nextInMs, unsaved: [] };
  } catch (error) {
    deps.report('What became of replayed letters could not be written down yet.', {
      runId,
      letters: handed.length,
      error: messageOf(error),
    });
    return { nextInMs: Math.max(nextInMs ?? 0, unsavedPauseMs), unsaved: handed };
  }
}

type Begun = { nextInMs: number | null; letters: ReplayableDeadLetter[] };

/** In one transaction: writes down what is left of the last step, and marks what this one hands over. */
async function begin(
  client: StoreClient,
  runId: string,
  unsaved: readonly HandedLetter[],
  deps: StepReplayDeps,
): Promise<Begun> {
  const run = await lockRun(client, runId);
  if (!run) return { nextInMs: null, letters: [] };
  await settleLetters(client, runId, unsaved);
  const waitMs = await settleCutOff(client, runId, deps);
  if (waitMs !== null) return { nextInMs: waitMs, letters: [] };
  const [next] = await nextLetters(client, runId, 1);
  const nowMs = deps.now();
  const canaries = await readCanaries(client, runId);
  const plan = planStep(run, { hasWaiting: next !== undefined, canaries }, nowMs);
  switch (plan.next) {
    case 'nothing':
      return { nextInMs: null, letters: [] };
    case 'wait':
      return { nextInMs: plan.ms, letters: [] };
    case 'become': {
      const { state, because } = plan;
      await become(client, run, { state, because }, nowMs);
      return { nextInMs: state === 'judging' ? 1_000 : null, letters: [] };
    }
    case 'hand_over': {
      const letters = await takeLetters(client, run, plan, nowMs);
      const nextInMs = plan.pacedAtMs + 1_000 / run.ratePerSecond - nowMs;
      return { nextInMs: Math.max(leastPauseMs, Math.ceil(nextInMs)), letters };
    }
  }
}

async function become(
  client: StoreClient,
  run: StoredRun,
  change: Pick<StoredRun, 'state' | 'because'>,
  nowMs: number,
): Promise<void> {
  const at = new Date(nowMs).toISOString();
  const action = { at, ...itself, action: change.state, because: change.because };
  await setRunState(client, run.id, { ...change, canaryPassed: run.canaryPassed }, action);
}

/** @returns ms to wait while a hand-over may still be going on somewhere; null where there is none any more */
async function settleCutOff(
  client: StoreClient,
  runId: string,
  deps: StepReplayDeps,
): Promise<number | null> {
  const open = await openHandOver(client, runId);
  if (!open) return null;
  const endsInMs = open.latestMs + longestStepMs - deps.now();
  if (endsInMs > 0) return Math.ceil(Math.min(endsInMs, 10_000));
  deps.report('A step of a replay run was cut off: whether its letters were sent is not known.', {
    runId,
    deliveryIds: open.ids,
  });
  const unknown = open.ids.map((deliveryId) => ({ deliveryId, outcome: 'unknown' as const }));
  await settleLetters(client, runId, unknown);
  return null;
}

/** Marks the letters that can be replayed, and skips the others. */
async function takeLetters(
  client: StoreClient,
  run: StoredRun,
  plan: { count: number; asCanaries: boolean; pacedAtMs: number },
  nowMs: number,
): Promise<ReplayableDeadLetter[]> {
  const ids = await nextLetters(client, run.id, plan.count);
  const known = new Map(
    (await lockDeadLetters(client, ids)).map((letter) => [letter.deliveryId, letter]),
  );
  const taken: ReplayableDeadLetter[] = [];
  const skipped: HandedLetter[] = [];
  for (const deliveryId of ids) {
    const letter = known.get(deliveryId);
    const reason = letter ? whyNot(letter, run) : 'not_a_dead_letter';
    if (reason !== null) skipped.push({ deliveryId, outcome: reason });
    else if (letter) taken.push(letter);
  }
  await settleLetters(client, run.id, skipped);
  await markHandingOver(client, run.id, {
    ids: taken.map(({ deliveryId }) => deliveryId),
    asCanaries: plan.asCanaries,
    at: new Date(nowMs).toISOString(),
    pacedAtMs: plan.pacedAtMs,
  });
  return taken;
}

/** Why a letter is not replayed now. What was discarded and is named all the same is wanted: what is discarded later is not. */
function whyNot(letter: ReplayableDeadLetter, run: StoredRun): SkipReason | null {
  if (letter.isDelivered) return 'already_delivered';
  if (letter.replayedAt !== null) return 'already_replayed';
  if (letter.discardedAt !== null && letter.discardedAt > run.createdAt) return 'discarded';
  return letter.isDue ? null : 'sender_may_come_again';
}

/** A few at a time; the first that is not taken ends it, since what comes after would meet the same refusal. */
async function handAllOver(
  letters: readonly ReplayableDeadLetter[],
  deps: StepReplayDeps,
): Promise<HandedLetter[]> {
  const handed: HandedLetter[] = [];
  const left = [...letters];
  let refuses = false;
  const work = async (): Promise<void> => {
    for (let letter = left.shift(); letter; letter = left.shift()) {
      const outcome = refuses ? 'refused' : await handOver(letter, deps);
      refuses ||= outcome === 'refused' || outcome === 'unknown';
      handed.push({ deliveryId: letter.deliveryId, outcome });
    }
  };
  await Promise.all(Array.from({ length: handOversAtOnce }, work));
  return handed;
}

/** Never throws. */
async function handOver(
  letter: ReplayableDeadLetter,
  deps: StepReplayDeps,
): Promise<HandedLetter['outcome']> {
  const { deliveryId } = letter;
  const wait = (ms: number): Promise<void> => deps.wait(ms);
  try {
    const pending = await withinLimit(pendingFrom(letter, deps.bodies), handOverLimitMs, wait);
    if (!pending) return 'body_lost';
    await withinLimit(deps.cancellations.allow(deliveryId), handOverLimitMs, wait);
    try {
      await withinLimit(sendParcel(pending, deps.now(), deps), handOverLimitMs, wait);
    } catch (error) {
      if (error instanceof NothingHeard) return 'unknown';
      throw error;
    }
    return 'queued';
  } catch (error) {
    deps.report('A letter of a replay run could not be handed over; it stays a dead letter.', {
      deliveryId,
      error: messageOf(error),
    });
    return 'refused';
  }
}
