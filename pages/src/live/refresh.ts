// What is fetched anew when the feed has news: each question at most once in its own pause, and never a second time
// before the first answer is there. Decides that, never how it is fetched.
import type { LiveEntry } from '../../../src/live/protocol.ts';
import type { News } from './heard.ts';

/** What can be out of date; a query's key. */
export type Question = readonly [
  'cascades' | 'dead-letters' | 'circuits' | 'loops' | 'cascade',
  ...string[],
];

/** Between two answers to one question. A cascade that somebody reads grows before their eyes; lists need not hurry. */
const pausesMs: Record<Question[0], number> = {
  cascade: 250,
  cascades: 1_000,
  circuits: 1_000,
  'dead-letters': 2_000,
  loops: 5_000,
};

const everything: readonly Question[] = [
  ['cascades'],
  ['cascade'],
  ['dead-letters'],
  ['circuits'],
  ['loops'],
];

/** Each once. */
export function questionsOf(news: News): readonly Question[] {
  if (news.of === 'everything') return everything;
  const questions = new Map<string, Question>();
  for (const question of news.entries.flatMap(questionsOfEntry)) {
    questions.set(question.join(' '), question);
  }
  return [...questions.values()];
}

function questionsOfEntry(entry: LiveEntry): Question[] {
  switch (entry.kind) {
    case 'cascade':
    case 'growth':
      return [['cascades'], ['cascade', entry.traceId]];
    case 'dead_letter':
      return [['dead-letters']];
    case 'circuit':
      return [['circuits']];
    case 'loop':
      return [['loops'], ['cascade', entry.traceId]];
  }
}

export class Refresher {
  readonly #fetch: (question: Question) => Promise<unknown>;
  readonly #wait: (ms: number) => Promise<unknown>;
  /** Those under way or in their pause, and whether they are to be asked again. */
  readonly #asked = new Map<string, { again: boolean }>();

  constructor(
    fetch: (question: Question) => Promise<unknown>,
    wait: (ms: number) => Promise<unknown>,
  ) {
    this.#fetch = fetch;
    this.#wait = wait;
  }

  take(news: News): void {
    for (const question of questionsOf(news)) void this.#ask(question);
  }

  /** Never rejects: what a query's failure means is shown where it is used. */
  async #ask(question: Question): Promise<void> {
    const key = question.join(' ');
    const before = this.#asked.get(key);
    if (before) {
      before.again = true;
      return;
    }
    const state = { again: true };
    this.#asked.set(key, state);
    while (state.again) {
      state.again = false;
      await this.#fetch(question).catch(() => undefined);
      await this.#wait(pausesMs[question[0]]);
    }
    this.#asked.delete(key);
  }
}
