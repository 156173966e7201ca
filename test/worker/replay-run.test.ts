// What drives a replay run: its alarm comes again whatever a step does, and rests when there is nothing to do.
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import type { ReplayRun } from '../../durable-objects/replay-run.ts';
import type { StepResult } from '../../src/deliveries/step-replay.ts';
import type { HandedLetter } from '../../src/store/replay-runs.ts';

type Step = (runId: string, unsaved: HandedLetter[]) => Promise<StepResult>;

/** Gives the object a step of the test's own. */
const withStep = (stub: DurableObjectStub<ReplayRun>, step: Step): Promise<void> =>
  runInDurableObject(stub, (instance) => {
    const { ctx } = instance as unknown as { ctx: DurableObjectState };
    Object.assign(instance, {
      ctx: { storage: ctx.storage, exports: { ReplayStep: { step } } },
    });
  });

const alarmOf = (stub: DurableObjectStub<ReplayRun>): Promise<number | null> =>
  runInDurableObject(stub, (_instance, state) => state.storage.getAlarm());

/** As if it had been woken long ago. */
const longAgo = (stub: DurableObjectStub<ReplayRun>): Promise<void> =>
  runInDurableObject(stub, (_instance, state) => state.storage.kv.put('awakeUntil', 0));

test('comes again however often a step fails', async () => {
  const stub = env.REPLAY_RUN.getByName(crypto.randomUUID());
  await stub.wake('run');
  await withStep(stub, () => Promise.reject(new Error('Postgres is down')));
  for (let failures = 0; failures < 10; failures += 1) {
    expect(await runDurableObjectAlarm(stub)).toBe(true);
    expect(await alarmOf(stub)).toEqual(expect.any(Number));
  }
});

test('hands what a step could not write down in with the next, also after an eviction', async () => {
  const stub = env.REPLAY_RUN.getByName(crypto.randomUUID());
  const unsaved: HandedLetter[] = [{ deliveryId: 'a'.repeat(64), outcome: 'queued' }];
  const given: unknown[] = [];
  await stub.wake('run');
  await withStep(stub, () => Promise.resolve({ nextInMs: 1_000, unsaved }));
  await runDurableObjectAlarm(stub);
  await evictDurableObject(stub);
  await withStep(stub, (...step) => {
    given.push(step);
    return Promise.resolve({ nextInMs: 1_000, unsaved: [] });
  });
  await runDurableObjectAlarm(stub);
  await runDurableObjectAlarm(stub);
  expect(given).toEqual([
    ['run', unsaved],
    ['run', []],
  ]);
});

test('looks for a run that is about to be stored, and rests when it is not', async () => {
  const stub = env.REPLAY_RUN.getByName(crypto.randomUUID());
  await stub.wake('run');
  await withStep(stub, () => Promise.resolve({ nextInMs: null, unsaved: [] }));
  await runDurableObjectAlarm(stub);
  expect(await alarmOf(stub)).toEqual(expect.any(Number));
  await longAgo(stub);
  await runDurableObjectAlarm(stub);
  expect(await alarmOf(stub)).toBeNull();
});
