import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CanaryFates,
  obey,
  planStep,
  type ReplayRun,
} from '../../../src/deliveries/replay-run.ts';

const nowMs = 1_000_000;
const run: ReplayRun = {
  state: 'running',
  canary: 0,
  canaryPassed: false,
  ratePerSecond: 10,
  pacedAtMs: null,
};
const none: CanaryFates = { delivered: 0, failed: 0, open: 0 };

describe('a run', () => {
  it('hands over what its rate allows, and no more than that for a pause', () => {
    const due = (pacedAtMs: number): unknown =>
      planStep({ ...run, pacedAtMs }, { hasWaiting: true, canaries: none }, nowMs);
    expect(due(nowMs - 1_000)).toMatchObject({ next: 'hand_over', count: 10, pacedAtMs: nowMs });
    expect(due(nowMs - 3_600_000)).toMatchObject({ next: 'hand_over', count: 20 });
    expect(due(nowMs)).toEqual({ next: 'wait', ms: 100 });
  });

  it('can be slower than one a second', () => {
    const slow = { ...run, ratePerSecond: 0.1 };
    const seen = { hasWaiting: true, canaries: none };
    expect(planStep(slow, seen, nowMs)).toMatchObject({ next: 'hand_over', count: 1 });
    expect(planStep({ ...slow, pacedAtMs: nowMs }, seen, nowMs + 4_000)).toEqual({
      next: 'wait',
      ms: 6_000,
    });
  });

  it('is completed when nothing waits', () => {
    expect(planStep(run, { hasWaiting: false, canaries: none }, nowMs)).toMatchObject({
      next: 'become',
      state: 'completed',
    });
  });
});

describe('canaries', () => {
  const careful: ReplayRun = { ...run, canary: 3 };
  const plan = (given: Partial<CanaryFates>, hasWaiting = true): unknown =>
    planStep(careful, { hasWaiting, canaries: { ...none, ...given } }, nowMs);

  it('go first, and nothing else while they are on their way', () => {
    expect(plan({ open: 2 })).toMatchObject({ next: 'hand_over', count: 1, asCanaries: true });
    expect(plan({ open: 3 })).toMatchObject({ next: 'become', state: 'judging' });
    expect(
      planStep(
        { ...careful, state: 'judging' },
        { hasWaiting: true, canaries: { ...none, open: 1, delivered: 2 } },
        nowMs,
      ),
    ).toMatchObject({ next: 'wait' });
  });

  it('stop the run when one fails, also before all have gone', () => {
    expect(plan({ delivered: 1, failed: 1 })).toEqual({
      next: 'become',
      state: 'stopped',
      because: '1 of 2 canaries failed.',
    });
  });

  it('that is only one is told of as one', () => {
    const single = { ...careful, canary: 1 };
    for (const fate of [{ delivered: 1 }, { failed: 1 }]) {
      const canaries = { ...none, ...fate };
      expect(planStep(single, { hasWaiting: true, canaries }, nowMs)).toMatchObject({
        because: 'delivered' in fate ? 'The canary arrived.' : 'The canary failed.',
      });
    }
  });

  it('that all arrived pause it until somebody continues', () => {
    expect(plan({ delivered: 3 })).toMatchObject({ next: 'become', state: 'paused' });
    expect(obey({ ...careful, state: 'paused' }, 'continue', 3)).toEqual({
      state: 'running',
      canaryPassed: true,
    });
  });

  it('that were interrupted by a pause go on as canaries', () => {
    expect(obey({ ...careful, state: 'paused' }, 'continue', 2)).toEqual({
      state: 'running',
      canaryPassed: false,
    });
  });

  it('that are all there is complete the run when they have arrived', () => {
    expect(plan({ delivered: 2, open: 1 }, false)).toMatchObject({ state: 'judging' });
    expect(plan({ delivered: 2 }, false)).toMatchObject({ state: 'completed' });
  });
});

it('nothing can be done to a run that is over', () => {
  for (const state of ['stopped', 'cancelled', 'completed'] as const) {
    for (const command of ['pause', 'continue', 'cancel'] as const) {
      expect(obey({ ...run, state }, command, 0)).toBeNull();
    }
    expect(planStep({ ...run, state }, { hasWaiting: true, canaries: none }, nowMs)).toEqual({
      next: 'nothing',
    });
  }
});

type Happening =
  | { what: 'step'; afterMs: number }
  | { what: 'command'; command: 'pause' | 'continue' | 'cancel' }
  | { what: 'canary'; arrives: boolean };

const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ what: fc.constant('step' as const), afterMs: fc.nat(5_000) }),
  },
  fc.record({
    what: fc.constant('command' as const),
    command: fc.constantFrom('pause', 'continue', 'continue', 'cancel' as const),
  }) as fc.Arbitrary<Happening>,
  fc.record({ what: fc.constant('canary' as const), arrives: fc.boolean() }),
);

it('whatever happens: never above its rate, never past its canaries, and what is over stays over', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 400 }),
      fc.integer({ min: 0, max: 5 }),
      fc.double({ min: 0.1, max: 100, noNaN: true }),
      fc.array(happening, { maxLength: 60 }),
      (letters, canary, ratePerSecond, happenings) => {
        let now = nowMs;
        let current: ReplayRun = { ...run, canary, ratePerSecond };
        let waiting = letters;
        const canaries = { ...none };
        let handed = 0;
        let over: string | null = null;
        const broken: string[] = [];
        const holds = (rule: string, isTrue: boolean): void => {
          if (!isTrue) broken.push(rule);
        };
        for (const one of happenings) {
          if (one.what === 'canary' && canaries.open > 0) {
            canaries.open -= 1;
            canaries[one.arrives ? 'delivered' : 'failed'] += 1;
          }
          const handedCanaries = canaries.delivered + canaries.failed + canaries.open;
          if (one.what === 'command') {
            current = { ...current, ...obey(current, one.command, handedCanaries) };
          }
          if (one.what === 'step') {
            now += one.afterMs;
            const plan = planStep(current, { hasWaiting: waiting > 0, canaries }, now);
            holds('a wait is not empty', plan.next !== 'wait' || plan.ms > 0);
            if (plan.next === 'become') current = { ...current, state: plan.state };
            if (plan.next === 'hand_over') {
              holds('only what runs sends', ['running', 'judging'].includes(current.state));
              const count = Math.min(plan.count, waiting);
              waiting -= count;
              handed += count;
              if (plan.asCanaries) canaries.open += count;
              current = { ...current, pacedAtMs: plan.pacedAtMs };
            }
          }
          holds('what is over stays over', over === null || current.state === over);
          if (['stopped', 'cancelled', 'completed'].includes(current.state)) over = current.state;
          holds('canaries first', canary === 0 || current.canaryPassed || handed <= canary);
          // Two seconds' worth may be saved up, and the first letter goes at once.
          const allowed = ((now - nowMs) / 1_000 + 2) * ratePerSecond + 1;
          holds('never above the rate', handed <= allowed + 1e-3);
        }
        expect(broken).toEqual([]);
      },
    ),
  );
});
