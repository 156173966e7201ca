// Replay runs in the interface's words. Pure.
import type { ReplayRunSummary, ReplayRunView } from '../../../src/api/replay-views.ts';
import type { Outcome, Tone } from '../words/outcome.ts';

type State = ReplayRunSummary['state'];

const outcomes: Record<State, Outcome> = {
  running: { tone: 'run', word: 'Running' },
  judging: { tone: 'run', word: 'Canaries are on their way' },
  paused: { tone: 'retry', word: 'Paused' },
  stopped: { tone: 'fail', word: 'Stopped' },
  cancelled: { tone: 'wait', word: 'Cancelled' },
  completed: { tone: 'ok', word: 'All handed over' },
};

export function runOutcome(state: State): Outcome {
  return outcomes[state];
}

/** Something may still come of it by itself. */
export function isUnderWay({
  state,
  progress,
}: Pick<ReplayRunView, 'state' | 'progress'>): boolean {
  return state === 'running' || state === 'judging' || progress.underWay > 0;
}

/** "dead letters of send-receipt", "every dead letter", "12 chosen dead letters". */
export function selectionText({ filter, deliveryIds }: ReplayRunSummary): string {
  if (deliveryIds !== null)
    return `${deliveryIds} chosen dead ${deliveryIds === 1 ? 'letter' : 'letters'}`;
  const { jobs, sources, triggers, destinations, reasons, statuses, errors, q, from, to } =
    filter ?? {};
  const parts = [
    jobs && `of ${jobs.join(', ')}`,
    triggers && `by ${triggers.join(', ')}`,
    sources && `from ${sources.join(', ')}`,
    destinations && `for ${destinations.join(', ')}`,
    reasons && `that died of ${reasons.join(', ')}`,
    statuses &&
      `with ${statuses.map((status) => (status === 0 ? 'no answer' : status)).join(', ')}`,
    errors && `that said ${errors.join(', ')}`,
    q && `with “${q}”`,
    from && `since ${from}`,
    to && `until ${to}`,
  ].filter((part) => typeof part === 'string');
  return parts.length === 0 ? 'every dead letter' : `dead letters ${parts.join(' ')}`;
}

export interface Part {
  name: string;
  count: number;
  tone: Tone;
}

/** What has become of the letters of a run; those that are none of them are left out. */
export function partsOfProgress({ progress }: Pick<ReplayRunView, 'progress'>): Part[] {
  const skipped = Object.values(progress.skipped).reduce((sum, count) => sum + count, 0);
  const parts: Part[] = [
    { name: 'delivered', count: progress.delivered, tone: 'ok' },
    { name: 'failed again', count: progress.failedAgain, tone: 'fail' },
    { name: 'not known', count: progress.uncertain, tone: 'retry' },
    { name: 'under way', count: progress.underWay, tone: 'run' },
    { name: 'skipped', count: skipped, tone: 'wait' },
    { name: 'waiting', count: progress.waiting, tone: 'wait' },
  ];
  return parts.filter(({ count }) => count > 0);
}

const skipReasons: Record<string, string> = {
  not_a_dead_letter: 'no dead letter any more',
  already_delivered: 'arrived already',
  already_replayed: 'replayed already',
  sender_may_come_again: 'whose sender may try again',
  body_lost: 'whose request is not kept any more',
  discarded: 'discarded meanwhile',
};

/** "3 arrived already, 1 whose request is not kept any more"; empty where none was skipped. */
export function skippedText(skipped: Readonly<Record<string, number>>): string {
  return Object.entries(skipped)
    .map(([reason, count]) => `${count} ${skipReasons[reason] ?? reason}`)
    .join(', ');
}

const actions: Record<string, string> = {
  created: 'began it',
  pause: 'paused it',
  continue: 'let it go on',
  cancel: 'cancelled it',
  judging: 'waits for the canaries',
  paused: 'paused itself',
  stopped: 'stopped itself',
  completed: 'handed everything over',
};

export function runActionText(action: string): string {
  return Object.hasOwn(actions, action) ? (actions[action] ?? action) : action;
}
