// What holds of a part that is edited, whatever its reader and others do, in whatever order, and whichever answers are
// lost: nobody's change is written over unseen, and nothing that was typed is lost.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  beginEditing,
  bothChanges,
  type Editing,
  isDirty,
  isOwn,
  load,
  nothingStored,
  type Sent,
  type Stored,
  takeBoth,
  whenRead,
  whenSaved,
} from '../../../pages/src/admin/editing.ts';
import { same } from '../../../pages/src/admin/merge.ts';

type Field = 'job' | 'seconds';
type Part = Record<Field, string> | null;
type Draft = Record<Field, string>;

const form = {
  draftOf: (part: Part): Draft => ({ job: '', seconds: '', ...part }),
  filled: ({ job, seconds }: Draft): Draft => ({ job: job.trim(), seconds: seconds.trim() }),
};

const fields: readonly Field[] = ['job', 'seconds'];

/** A stored part and its editor, as far as no browser is needed: `use-editing.ts` does the same with requests. */
class World {
  stored: Stored<Part> = { part: { job: 'first', seconds: '1' }, etag: '0' };
  editing: Editing<Part, Draft> = beginEditing(form, this.stored);
  /** What was written over without having been on the reader's screen, nor sent from there. */
  unseen: Part[] = [];
  underWay: Sent<Part, Draft> | null = null;
  #versions = 0;
  #texts = 0;

  #store(part: Part): void {
    this.#versions += 1;
    this.stored = { part, etag: part === null ? null : String(this.#versions) };
  }

  /** One that stands nowhere else. */
  text(by: string): string {
    this.#texts += 1;
    return `${by}-${this.#texts}`;
  }

  type(field: Field): void {
    this.editing = {
      ...this.editing,
      draft: { ...this.editing.draft, [field]: this.text('mine') },
    };
  }

  colleague(field: Field): void {
    this.#store({ job: '', seconds: '', ...this.stored.part, [field]: this.text('theirs') });
  }

  deleted(): void {
    this.#store(null);
  }

  read(): void {
    this.editing = whenRead(form, this.editing, this.stored);
  }

  send(): void {
    const { draft, note, stored } = this.editing;
    if (this.underWay !== null || this.editing.faster !== null) return;
    this.underWay = { name: '', part: draft, draft, note, replaces: stored.etag };
  }

  /** What is under way is stored or refused; its answer comes, or is lost. */
  arrive(isAnswered: boolean): void {
    const sent = this.underWay;
    if (sent === null) return;
    this.underWay = null;
    const before = this.stored;
    const isStored = sent.replaces === before.etag;
    if (isStored) {
      const seen = [this.editing.stored.part, sent.part, ...this.editing.unanswered];
      if (!seen.some((part) => same(part, before.part))) this.unseen.push(before.part);
      this.#store(sent.part);
    }
    if (!isAnswered) {
      const unanswered = [...this.editing.unanswered, sent.part];
      this.editing = { ...this.editing, unanswered };
    } else if (isStored) {
      const etag = this.stored.etag ?? '';
      this.editing = whenSaved(form, this.editing, { sent, etag });
    } else if (isOwn(this.editing, sent, before)) {
      this.underWay = { ...sent, replaces: before.etag };
    } else {
      this.editing = { ...this.editing, faster: { sent, theirs: before } };
    }
  }
}

const steps = {
  typeJob: (world: World) => world.type('job'),
  typeSeconds: (world: World) => world.type('seconds'),
  theirJob: (world: World) => world.colleague('job'),
  theirSeconds: (world: World) => world.colleague('seconds'),
  deleted: (world: World) => world.deleted(),
  read: (world: World) => world.read(),
  send: (world: World) => world.send(),
  answered: (world: World) => world.arrive(true),
  lost: (world: World) => world.arrive(false),
  takeTheirs: (world: World) => {
    const theirs = world.editing.faster?.theirs;
    if (theirs !== undefined) world.editing = load(form, world.editing, theirs);
  },
  takeBoth: (world: World) => {
    world.editing = takeBoth(form, world.editing);
  },
};

type Step = keyof typeof steps;

/** Names of steps in any order, what is done often named often. */
const anySteps = fc.array(
  fc.constantFrom<Step>(
    ...(Object.keys(steps) as Step[]),
    ...(['typeJob', 'send', 'answered', 'lost', 'typeJob', 'send', 'answered'] as const),
  ),
  { maxLength: 40 },
);

/** What the reader has typed and not yet seen stored. */
const typedIn = ({ draft, stored }: Editing<Part, Draft>): [Field, string][] =>
  fields.flatMap((field): [Field, string][] =>
    draft[field] === form.draftOf(stored.part)[field] ? [] : [[field, draft[field]]],
  );

/** Steps by which the reader replaces what they had typed. */
const letsGo = new Set<Step>(['typeJob', 'typeSeconds', 'takeTheirs']);

describe('a part that is edited', () => {
  test('loses nothing that was typed, and writes over nothing unseen', () => {
    fc.assert(
      fc.property(anySteps, (names) => {
        const world = new World();
        for (const name of names) {
          const typed = typedIn(world.editing);
          steps[name](world);
          if (letsGo.has(name)) continue;
          for (const [field, text] of typed) expect(world.editing.draft[field]).toBe(text);
        }
        // Left alone, the reader gets theirs stored, and whatever others had changed besides.
        const typed = Object.fromEntries(typedIn(world.editing));
        for (let turn = 0; turn < 8 && isDirty(form, world.editing); turn++) {
          world.editing = takeBoth(form, world.editing);
          world.send();
          world.arrive(true);
        }
        world.read();
        expect(world.editing.draft).toEqual(form.draftOf(world.stored.part));
        expect(world.editing.draft).toMatchObject(typed);
        expect(world.unseen).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });

  test('is no colleague’s where the answer was lost and its reader has typed on', () => {
    const world = new World();
    world.type('job');
    world.send();
    world.arrive(false);
    world.type('job');
    world.send();
    world.arrive(true);
    expect(world.editing.faster).toBeNull();
    world.arrive(true);
    expect(world.stored.part?.job).toBe('mine-2');
  });

  test('keeps with both changes what was typed while mine was under way', () => {
    const world = new World();
    world.type('job');
    world.send();
    world.colleague('seconds');
    world.type('job');
    world.arrive(true);
    expect(bothChanges(world.editing)?.merged).toEqual({ job: 'mine-1', seconds: 'theirs-2' });
    expect(takeBoth(form, world.editing).draft).toEqual({ job: 'mine-3', seconds: 'theirs-2' });
  });

  test('shows what others stored as long as nothing is typed', () => {
    const world = new World();
    world.colleague('job');
    world.read();
    expect(world.editing.draft.job).toBe('theirs-1');
    world.deleted();
    world.read();
    expect(world.editing.stored).toEqual(nothingStored);
  });
});
