// Keeps the shop busy: people place orders, and a nightly script runs every few minutes. It decides when and who.
import { setTimeout as wait } from 'node:timers/promises';
import { runNightly } from './nightly.ts';
import { chance, people } from './people.ts';
import { placeOrder } from './place-order.ts';

export type Shop = { stop(): Promise<void> };

export type ShopOptions = {
  /** Connection string of the application database. */
  url: string;
  /** About how long between two orders; the pauses vary by a third. */
  everyMs?: number;
  /** How long between two runs of the nightly script. */
  nightlyEveryMs?: number;
  /** The same seed makes the same choices. */
  seed?: number;
  onLine?: (line: string) => void;
  onProblem?: (message: string) => void;
};

/** Places the first order at once. */
export function startShop(options: ShopOptions): Promise<Shop> {
  const { url, everyMs = 11_000, nightlyEveryMs = 180_000, seed = Date.now() } = options;
  const onLine = options.onLine ?? (() => undefined);
  const onProblem = options.onProblem ?? (() => undefined);
  const stopping = new AbortController();
  const random = chance(seed);

  const repeat = async (pauseMs: () => number, work: () => Promise<string>): Promise<void> => {
    while (!stopping.signal.aborted) {
      // A shop that cannot reach its database goes on trying.
      await work().then(onLine, (error: unknown) => onProblem(`shop: ${String(error)}`));
      await wait(pauseMs(), undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const order = async (): Promise<string> => {
    const as = people[Math.floor(random() * people.length)] ?? people[0];
    const through = random() < 0.4 ? 'hasura' : 'application';
    const { orderId, express } = await placeOrder({ url, as, through, random });
    return `${as} placed order ${orderId}${express ? ' (express)' : ''}`;
  };
  const nightly = async (): Promise<string> => {
    const { stockIds } = await runNightly(url, random);
    return `the nightly price run changed ${stockIds.length} goods`;
  };
  const working = Promise.all([
    repeat(() => everyMs * (0.67 + random() * 0.66), order),
    wait(nightlyEveryMs / 4, undefined, { signal: stopping.signal }).then(
      () => repeat(() => nightlyEveryMs, nightly),
      () => undefined,
    ),
  ]);
  return Promise.resolve({
    stop: async () => {
      stopping.abort();
      await working;
    },
  });
}
