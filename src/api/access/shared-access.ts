// What the requests of one isolate share about access: how much is looked up for those it does not know, and what has
// just been noted. Plain data; no I/O.
import type { ApiToken } from '../../config/api-tokens.ts';

/** Each asks the one object that keeps tokens: strangers must not keep it busy. */
const lookUpsASecond = 10;
const notedAgainAfterMs = 300_000;
const mostNoted = 1_000;
/** Shorter than what is published takes to be read everywhere: a token that is revoked meanwhile may read no longer than others. */
const foundForMs = 60_000;
const mostFound = 1_000;

export class SharedAccess {
  #second = 0;
  readonly #lookUps = { token: 0, role: 0 };
  readonly #notedAtMs = new Map<string, number>();
  readonly #found = new Map<string, { token: ApiToken; atMs: number }>();

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

  /** A token that was looked up within the last minute and is there: it need not be published yet. */
  foundBefore(sha256: string, nowMs: number): ApiToken | null {
    const found = this.#found.get(sha256);
    return found && nowMs - found.atMs < foundForMs ? found.token : null;
  }

  found(token: ApiToken, nowMs: number): void {
    if (this.#found.size >= mostFound) this.#found.clear();
    this.#found.set(token.sha256, { token, atMs: nowMs });
  }

  /** Whether this was noted within the last five minutes, as far as this isolate knows. */
  wasNoted(what: string, nowMs: number): boolean {
    return nowMs - (this.#notedAtMs.get(what) ?? Number.NEGATIVE_INFINITY) < notedAgainAfterMs;
  }

  noted(what: string, nowMs: number): void {
    if (this.#notedAtMs.size >= mostNoted) this.#notedAtMs.clear();
    this.#notedAtMs.set(what, nowMs);
  }
}
