// The keys with which Cloudflare Access signs, as the requests of one isolate share them: plain data only, since a
// Worker must not share I/O between requests. It decides when they are fetched, and verifies nothing.
// Access rotates them every six weeks, and the old one stays good for a week: "Validate JWTs",
// developers.cloudflare.com/cloudflare-one/access-controls/applications/http-apps/authorization-cookie/validating-json
import { createLocalJWKSet, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { messageOf } from '../../error-message.ts';

export type AccessKeysDeps = {
  /** The keys at `<issuer>/cdn-cgi/access/certs`, as JSON. Rejects, or never settles, out of reach. */
  fetch(url: string): Promise<unknown>;
  /** ms since the epoch */
  now(): number;
  wait(ms: number): Promise<void>;
  /** Lets a fetch end that its own request does not wait for. */
  waitUntil(work: Promise<unknown>): void;
  report(message: string, facts: Record<string, unknown>): void;
};

/** From this age on they are fetched again, in the background. */
const refreshAfterMs = 3_600_000;
/** Whoever names an unknown key, or finds none at all, begins no more fetches than this lets through. */
const leastPauseMs = 10_000;
const fetchLimitMs = 3_000;

const keysSchema = z.object({
  keys: z
    .array(z.looseObject({ kid: z.string().min(1), kty: z.literal('RSA'), alg: z.string() }))
    .min(1)
    .max(20),
});

export class AccessKeys {
  readonly url: string;
  #resolve: JWTVerifyGetKey | null = null;
  #kids: ReadonlySet<string> = new Set();
  #fetchedAtMs = Number.NEGATIVE_INFINITY;
  #triedAtMs = Number.NEGATIVE_INFINITY;

  constructor(issuer: string) {
    this.url = `${issuer}/cdn-cgi/access/certs`;
  }

  /**
   * What finds the key of a token; null where no keys could be had yet. The last ones serve on while the endpoint is
   * out of reach. A key that is not known is looked for once more, since it may be new.
   */
  async forKey(kid: string, deps: AccessKeysDeps): Promise<JWTVerifyGetKey | null> {
    const now = deps.now();
    if (!this.#kids.has(kid)) {
      if (now - this.#triedAtMs >= leastPauseMs) await this.#fetch(deps);
    } else if (now - this.#fetchedAtMs >= refreshAfterMs && now - this.#triedAtMs >= leastPauseMs) {
      deps.waitUntil(this.#fetch(deps));
    }
    return this.#resolve;
  }

  /** Never rejects. */
  async #fetch(deps: AccessKeysDeps): Promise<void> {
    this.#triedAtMs = deps.now();
    try {
      const { keys } = keysSchema.parse(
        await Promise.race([deps.fetch(this.url), refuseAfter(fetchLimitMs, deps)]),
      );
      this.#resolve = createLocalJWKSet({ keys });
      this.#kids = new Set(keys.map(({ kid }) => kid));
      this.#fetchedAtMs = deps.now();
    } catch (error) {
      deps.report('The keys of Cloudflare Access could not be fetched.', {
        url: this.url,
        servesOn: this.#resolve ? `keys of ${new Date(this.#fetchedAtMs).toISOString()}` : 'none',
        error: messageOf(error),
      });
    }
  }
}

async function refuseAfter(ms: number, deps: AccessKeysDeps): Promise<never> {
  await deps.wait(ms);
  throw new Error(`Nothing was heard of them within ${ms} ms.`);
}
