import { expect, it } from 'vitest';
import { workIn, type TraceEvent } from '../../../bench/dashboard/main-thread.ts';

const own = { pid: 7, tid: 1 };
const ms = (time: number): number => time * 1_000;

function event(name: string, atMs: number, durMs = 0, of = own): TraceEvent {
  return {
    name,
    ph: durMs === 0 ? 'I' : 'X',
    ts: ms(atMs),
    dur: ms(durMs),
    tdur: ms(durMs) / 2,
    ...of,
  };
}

it('adds up what one thread works from frame to frame, and nothing of its rests', () => {
  const work = workIn([
    event('bench begins', 10),
    event('RunTask', 12, 2),
    event('RunTask', 20, 6),
    event('Commit', 25),
    event('RunTask', 90, 4),
    event('Commit', 93),
    event('RunTask', 95, 1),
    event('bench ends', 100),
    // Before, after, and of others.
    event('RunTask', 1, 8),
    event('RunTask', 101, 50),
    event('RunTask', 30, 40, { pid: 7, tid: 2 }),
    event('Commit', 40, 0, { pid: 8, tid: 1 }),
  ]);
  expect(work).toEqual({ frames: [8, 4], cpu: [4, 2], tasks: [2, 6, 4, 1] });
});

it('says when it cannot know whose thread is meant', () => {
  expect(() => workIn([event('RunTask', 12, 2)])).toThrow('marks');
});
