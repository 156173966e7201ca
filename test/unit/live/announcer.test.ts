import { describe, expect, it } from 'vitest';
import { Announcer } from '../../../src/live/announcer.ts';
import type { Announcement } from '../../../src/live/connection.ts';
import { noCounts } from '../../../src/live/entries.ts';

const told = { entries: [], leftOut: noCounts() };

function world() {
  const state = { nowMs: 0, sent: [] as Announcement[], fails: false, hangs: false };
  const reports: string[] = [];
  const announcer = new Announcer();
  const announce = () =>
    announcer.announce(told, {
      send: async (announcement) => {
        if (state.hangs) await new Promise(() => {});
        if (state.fails) throw new Error('overloaded');
        state.sent.push(announcement);
      },
      // Passes at once where something hangs, never before what answers.
      wait: () => (state.hangs ? Promise.resolve() : new Promise(() => {})),
      now: () => state.nowMs,
      report: (message) => reports.push(message),
    });
  return { state, reports, announce };
}

describe('what announces', () => {
  it('says with the next announcement how many were lost before it', async () => {
    const { state, announce, reports } = world();
    state.fails = true;
    await announce();
    await announce();
    state.fails = false;
    await announce();
    expect(state.sent).toEqual([]);
    expect(reports).toHaveLength(1);
    state.nowMs += 1_000;
    await announce();
    await announce();
    expect(state.sent.map(({ missed }) => missed)).toEqual([3, 0]);
  });

  it('gives up what does not answer, and asks less and less often', async () => {
    const { state, announce, reports } = world();
    state.hangs = true;
    for (const pauseMs of [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
      await announce();
      state.nowMs += pauseMs - 1;
      await announce();
      state.nowMs += 1;
    }
    expect(reports).toHaveLength(7);
    state.hangs = false;
    await announce();
    expect(state.sent.map(({ missed }) => missed)).toEqual([14]);
  });
});
