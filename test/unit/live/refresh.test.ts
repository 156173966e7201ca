import { describe, expect, it } from 'vitest';
import { type Question, questionsOf, Refresher } from '../../../pages/src/live/refresh.ts';
import type { News } from '../../../pages/src/live/heard.ts';

const growth = (traceId: string): News => ({
  of: 'entries',
  entries: [
    {
      kind: 'growth',
      at: '2026-11-25T12:00:00.000Z',
      problem: false,
      traceId,
      sources: [],
      triggers: [],
      tables: [],
      jobs: [],
      nodes: [],
      nodesLeftOut: 0,
    },
  ],
});

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
};

/** Answers and pauses end when the test says so. */
function world() {
  const asked: string[] = [];
  const answers: (() => void)[] = [];
  const pauses: { ms: number; end: () => void }[] = [];
  const refresher = new Refresher(
    (question: Question) => {
      asked.push(question.join(' '));
      return new Promise<void>((resolve) => answers.push(resolve));
    },
    (ms) => new Promise<void>((end) => pauses.push({ ms, end })),
  );
  return { asked, answers, pauses, refresher };
}

describe('what is fetched anew', () => {
  it('is the list and the cascade that grew, each once', () => {
    const { entries } = growth('a') as Extract<News, { of: 'entries' }>;
    expect(questionsOf({ of: 'entries', entries: [...entries, ...entries] })).toEqual([
      ['cascades'],
      ['cascade', 'a'],
    ]);
  });

  it('is asked once more after an answer that may be older than the news, and not while it is under way', async () => {
    const { asked, answers, pauses, refresher } = world();
    refresher.take(growth('a'));
    refresher.take(growth('a'));
    refresher.take(growth('a'));
    expect(asked).toEqual(['cascades', 'cascade a']);
    answers.forEach((answer) => answer());
    await settle();
    // Not at once: in its pause.
    expect(asked).toHaveLength(2);
    expect(pauses.map(({ ms }) => ms)).toEqual([1_000, 250]);
    pauses.forEach(({ end }) => end());
    await settle();
    expect(asked).toEqual(['cascades', 'cascade a', 'cascades', 'cascade a']);
    answers.forEach((answer) => answer());
    await settle();
    pauses.forEach(({ end }) => end());
    await settle();
    expect(asked).toHaveLength(4);
    refresher.take(growth('b'));
    expect(asked.slice(4)).toEqual(['cascades', 'cascade b']);
  });
});
