// What a replay run does next, and what somebody may do to it. Pure: no clock, no store.

export type ReplayState = 'running' | 'judging' | 'paused' | 'stopped' | 'cancelled' | 'completed';

export type ReplayRun = {
  /**
   * `judging`: the canaries are on their way. `paused`: until somebody continues. `stopped` (by itself, since a canary
   * failed), `cancelled` and `completed` are for good.
   */
  state: ReplayState;
  /** How many letters go first, before the others follow; 0: none. */
  canary: number;
  canaryPassed: boolean;
  ratePerSecond: number;
  /** Up to here the rate is used up, in ms since the epoch; null before the first letter. */
  pacedAtMs: number | null;
};

/** What became of the canaries that have been handed over: `open` have neither arrived nor failed an attempt. */
export type CanaryFates = { delivered: number; failed: number; open: number };

export type StepPlan =
  | { next: 'nothing' }
  | { next: 'wait'; ms: number }
  | { next: 'hand_over'; count: number; asCanaries: boolean; pacedAtMs: number }
  | { next: 'become'; state: ReplayState; because: string };

/** The longest that unused rate is kept: a run that comes back from a pause does not make up for it. */
const burstMs = 2_000;
/** Letters of one step: each is a send to a queue, of which an invocation makes some hundred a second. */
const mostInStep = 100;
const judgeAgainAfterMs = 2_000;

export function planStep(
  run: ReplayRun,
  seen: { hasWaiting: boolean; canaries: CanaryFates },
  nowMs: number,
): StepPlan {
  if (run.state !== 'running' && run.state !== 'judging') return { next: 'nothing' };
  const { delivered, failed, open } = seen.canaries;
  const isCanaryPhase = run.canary > 0 && !run.canaryPassed;
  if (isCanaryPhase && failed > 0) {
    const all = delivered + failed + open;
    const because = all === 1 ? 'The canary failed.' : `${failed} of ${all} canaries failed.`;
    return { next: 'become', state: 'stopped', because };
  }
  const canariesLeft = isCanaryPhase ? run.canary - delivered - failed - open : Infinity;
  if (!seen.hasWaiting && (!isCanaryPhase || open === 0)) {
    return { next: 'become', state: 'completed', because: 'All letters have been handed over.' };
  }
  if (canariesLeft <= 0 || !seen.hasWaiting) {
    if (open > 0) {
      return run.state === 'judging'
        ? { next: 'wait', ms: judgeAgainAfterMs }
        : { next: 'become', state: 'judging', because: 'The canaries are on their way.' };
    }
    return {
      next: 'become',
      state: 'paused',
      because: delivered === 1 ? 'The canary arrived.' : `All ${delivered} canaries arrived.`,
    };
  }
  return paced(run, canariesLeft, nowMs);
}

function paced(run: ReplayRun, mostOf: number, nowMs: number): StepPlan {
  const letterMs = 1_000 / run.ratePerSecond;
  const earliestMs = nowMs - Math.max(burstMs, letterMs);
  const fromMs = Math.max(run.pacedAtMs ?? nowMs - letterMs, earliestMs);
  // What a fraction of a millisecond leaves over must not make a letter late by a whole step.
  const due = Math.floor((nowMs - fromMs) / letterMs + 1e-6);
  const count = Math.min(due, mostOf, mostInStep);
  if (count < 1) return { next: 'wait', ms: Math.ceil(fromMs + letterMs - nowMs) };
  const asCanaries = mostOf !== Infinity;
  return { next: 'hand_over', count, asCanaries, pacedAtMs: fromMs + count * letterMs };
}

export type ReplayCommand = 'pause' | 'continue' | 'cancel';

/**
 * What a person's command makes of a run.
 * @param canariesHanded how many canaries have been handed over
 * @returns null where there is nothing to do to a run in this state
 */
export function obey(
  run: ReplayRun,
  command: ReplayCommand,
  canariesHanded: number,
): Pick<ReplayRun, 'state' | 'canaryPassed'> | null {
  const { state, canary, canaryPassed } = run;
  const isUnderWay = state === 'running' || state === 'judging';
  switch (command) {
    case 'pause':
      return isUnderWay ? { state: 'paused', canaryPassed } : null;
    case 'cancel':
      return isUnderWay || state === 'paused' ? { state: 'cancelled', canaryPassed } : null;
    case 'continue':
      if (state !== 'paused' && state !== 'judging') return null;
      // Whoever continues has judged the canaries; while some are still to go, the canaries go on.
      return { state: 'running', canaryPassed: canaryPassed || canariesHanded >= canary };
  }
}
