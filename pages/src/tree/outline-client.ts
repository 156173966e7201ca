// Asks the worker for the rows of a large tree. One order is under way at a time; of those that come meanwhile only
// the newest is kept, so that nothing outdated is worked on.
import type { Outline, OutlineRequest } from './outline.ts';
import type { PlacedTree } from './place.ts';
import type { CascadeTree, TreeArrays } from './tree.ts';

export interface LaidRows {
  outline: Outline;
  placed: PlacedTree;
}

/** Rows with the tree that they are of: a newer tree can already be there. */
export interface Laid extends LaidRows {
  tree: CascadeTree;
}

export interface WorkerOrder {
  /** Null where it is the one of the order before. */
  tree: TreeArrays | null;
  request: OutlineRequest;
}

/** The worker as the client sees it; tests give one of their own. */
export interface OutlineWorker {
  post: (order: WorkerOrder) => void;
  end: () => void;
}

export type StartWorker = (onLaid: (rows: LaidRows) => void) => OutlineWorker;

export class OutlineClient {
  readonly #start: StartWorker;
  #worker: OutlineWorker | null = null;
  #known: TreeArrays | null = null;
  #underWay: CascadeTree | null = null;
  #waiting: { tree: CascadeTree; request: OutlineRequest } | null = null;
  #laid: Laid | null = null;
  readonly #listeners = new Set<() => void>();

  constructor(start: StartWorker) {
    this.#start = start;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** The newest that came; null before the first. */
  readonly current = (): Laid | null => this.#laid;

  ask(tree: CascadeTree, request: OutlineRequest): void {
    if (this.#underWay !== null) {
      this.#waiting = { tree, request };
      return;
    }
    this.#worker ??= this.#start((rows) => this.#done(rows));
    this.#underWay = tree;
    const isKnown = this.#known === tree.arrays;
    this.#known = tree.arrays;
    this.#worker.post({ tree: isKnown ? null : tree.arrays, request });
  }

  stop(): void {
    this.#worker?.end();
    this.#worker = null;
    this.#known = null;
    this.#underWay = null;
    this.#waiting = null;
  }

  #done(rows: LaidRows): void {
    const tree = this.#underWay;
    const next = this.#waiting;
    this.#underWay = null;
    this.#waiting = null;
    // Newer than what is shown, even where something newer still is wanted.
    if (tree !== null) {
      this.#laid = { ...rows, tree };
      for (const listener of this.#listeners) listener();
    }
    if (next !== null) this.ask(next.tree, next.request);
  }
}
