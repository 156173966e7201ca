// Turns of rotations for the requests of one isolate: one call fetches those of all that wait. Plain data
// only, since a Worker must not share I/O between requests: each request looks for its own turn, and the
// first that finds no call under way makes the next one.
import { messageOf } from '../error-message.ts';

export type TurnDeps = {
  /** Asks the rotation for turns in a row; tells the first. Rejects, or never settles, out of reach. */
  take(count: number): Promise<number>;
  wait(ms: number): Promise<void>;
  now(): number;
  /** Lets a call end that its own request does not wait for any more. */
  waitUntil(work: Promise<unknown>): void;
  report(message: string, facts: Record<string, unknown>): void;
};

type Entry = { turn: number | null };

type Line = {
  /** Who waits for a turn that nobody has asked for yet. */
  waiting: Entry[];
  callBeganAt: number;
  /** 0 while no call is under way. */
  callEndsBefore: number;
  lastCallMs: number;
  /** Shortly after a call: others gather for the next. */
  nextCallAt: number;
  /** Nobody asks before this time. */
  pausedUntil: number;
};

/** How long a request may wait for its turn. The rotation's place may be on the other side of the world. */
const waitLimitMs = 5_000;
/** How long a rotation that was out of reach is left alone. */
const pauseMs = 1_000;
const pollMs = 2;
/** A call that follows another waits for so long, so that under load each call carries many turns. */
const gatherMs = 4;
/** From so many routes on those at rest are forgotten. */
const manyRoutes = 256;

export class SharedTurns {
  #lines = new Map<string, Line>();

  /**
   * The next turn of a rotation.
   * @param route which one
   * @returns null when the rotation is out of reach
   */
  async next(route: string, deps: TurnDeps): Promise<number | null> {
    const line = this.#line(route, deps.now());
    const entry: Entry = { turn: null };
    const giveUpAt = deps.now() + waitLimitMs;
    line.waiting.push(entry);
    while (entry.turn === null) {
      const now = deps.now();
      if (now >= giveUpAt || now < line.pausedUntil) break;
      if (now < line.callEndsBefore) {
        await deps.wait(Math.max(pollMs, line.callBeganAt + line.lastCallMs - now));
      } else if (now < line.nextCallAt) {
        await deps.wait(line.nextCallAt - now);
      } else {
        const call = callFor(line, route, deps);
        deps.waitUntil(call);
        await call;
      }
    }
    line.waiting = line.waiting.filter((other) => other !== entry);
    return entry.turn;
  }

  #line(route: string, nowMs: number): Line {
    let line = this.#lines.get(route);
    if (!line) {
      if (this.#lines.size >= manyRoutes) this.#forgetThoseAtRest(nowMs);
      line = {
        waiting: [],
        callBeganAt: 0,
        callEndsBefore: 0,
        lastCallMs: 0,
        nextCallAt: 0,
        pausedUntil: 0,
      };
      this.#lines.set(route, line);
    }
    return line;
  }

  #forgetThoseAtRest(nowMs: number): void {
    for (const [route, line] of this.#lines) {
      const isAtRest = line.waiting.length === 0 && line.callEndsBefore === 0;
      if (isAtRest && nowMs >= Math.max(line.nextCallAt, line.pausedUntil)) {
        this.#lines.delete(route);
      }
    }
  }
}

/** Fetches a turn for everybody who waits now, in the order in which they came. Never rejects. */
async function callFor(line: Line, route: string, deps: TurnDeps): Promise<void> {
  const served = line.waiting;
  line.waiting = [];
  line.callBeganAt = deps.now();
  line.callEndsBefore = line.callBeganAt + waitLimitMs;
  try {
    const first = await Promise.race([deps.take(served.length), refuseAfter(waitLimitMs, deps)]);
    for (const [index, entry] of served.entries()) entry.turn = first + index;
    line.lastCallMs = deps.now() - line.callBeganAt;
  } catch (error) {
    // Out of reach, overloaded or too slow. Nobody is served, each request chooses for itself and marks
    // it, and none asks again before the pause is over: an overloaded object must not be pressed.
    deps.report('A rotation is out of reach: destinations are chosen by hash meanwhile.', {
      route,
      requests: served.length,
      error: messageOf(error),
    });
    line.pausedUntil = deps.now() + pauseMs;
  }
  line.callEndsBefore = 0;
  line.nextCallAt = deps.now() + gatherMs;
}

async function refuseAfter(ms: number, deps: TurnDeps): Promise<never> {
  await deps.wait(ms);
  throw new Error(`The rotation gave no turn within ${ms} ms.`);
}
