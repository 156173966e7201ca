// What the requests of one isolate share about access: how much is looked up for those it does not know, what was found
// so, and what has just been noted. Plain data; no I/O.
import type { Role } from '../../config/access.ts';
import type { ApiToken } from '../../config/api-tokens.ts';

/** Each asks the one object that keeps tokens: strangers must not keep it busy. */
const lookUpsASecond = 10;
const notedAgainAfterMs = 300_000;
/** Shorter than what is published takes to be read everywhere: who loses something meanwhile reads no longer than others. */
const foundForMs = 60_000;
const mostKept = 1_000;

export class SharedAccess {
  #second = 0;
  readonly #lookUps = { token: 0, role: 0 };
  readonly #noted = new Lately<true>(notedAgainAfterMs);
  /** Tokens that are there and need not be published yet, by their SHA-256. */
  readonly tokens = new Lately<ApiToken>(foundForMs);
  /** Roles that need not be published yet, by name. */
  readonly roles = new Lately<Role>(foundForMs);

  /** Counts one, and says whether it is still within what is looked up. */
  mayLookUp(what: 'token' | 'role', nowMs: number): boolean {
    const second = Math.floor(nowMs / 1_000);
    if (second !== this.#second) {
      this.#second = second;
      this.#lookUps.token = 0;
      this.#lookUps.role = 0;
    }
    this.#lookUps[what] += 1;
    return this.#lookUps[what] <= lookUpsASecond;
  }

  /** Whether this was noted within the last five minutes, as far as this isolate knows. */
  wasNoted(what: string, nowMs: number): boolean {
    return this.#noted.get(what, nowMs) !== null;
  }

  noted(what: string, nowMs: number): void {
    this.#noted.set(what, true, nowMs);
  }
}

/** What was found lately; with too many it forgets them all. */
class Lately<T> {
  readonly #forMs: number;
  readonly #found = new Map<string, { value: T; atMs: number }>();

  constructor(forMs: number) {
    this.#forMs = forMs;
  }

  get(key: string, nowMs: number): T | null {
    const found = this.#found.get(key);
    return found && nowMs - found.atMs < this.#forMs ? found.value : null;
  }

  set(key: string, value: T, nowMs: number): void {
    if (this.#found.size >= mostKept) this.#found.clear();
    this.#found.set(key, { value, atMs: nowMs });
  }

  clear(): void {
    this.#found.clear();
  }
}
