// One message's whole way through the consumer, against a real destination: whatever the destination answers and
// whenever the Worker dies, the delivery ends in one way.
import { createServer, type Server } from 'node:http';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { builtInRetryPolicy } from '../../../src/config/retry-policy.ts';
import {
  consumeRetries,
  type ConsumeRetriesDeps,
} from '../../../src/deliveries/consume-retries.ts';
import { packPending } from '../../../src/deliveries/parcel.ts';
import type { Death } from '../../../src/deliveries/retry-queue.ts';
import { allClosed, samplePending } from './samples.ts';

let server: Server;
let destination: string;
/** What the destination answers, one after the other; 200 when none is left. */
let answers: number[] = [];
let received: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    received.push(String(request.headers['idempotency-key']));
    request.resume();
    response.writeHead(answers.shift() ?? 200).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  destination = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/job`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** Where the Worker dies while it has the message; `null`: it does not. */
type Crash = 'before the attempt' | 'after the attempt' | null;

type Ending = { deaths: Death[]; started: number; ended: number };

/** Hands the message out as a queue does, until it is acknowledged. */
async function runChain(crashes: Crash[]): Promise<Ending> {
  const ending: Ending = { deaths: [], started: 0, ended: 0 };
  const dies = new Error('The Worker dies.');
  const body = packPending(samplePending({ destination, attempts: 1 }), 0);
  for (let attempts = 1; attempts <= 50; attempts += 1) {
    let acknowledged = false;
    const crash = crashes.shift() ?? null;
    const deps: ConsumeRetriesDeps = {
      recorder: {
        attempt: ({ attempt }) => {
          if (attempt.endedAt === null) ending.started += 1;
          else ending.ended += 1;
          const isHere =
            crash === (attempt.endedAt === null ? 'before the attempt' : 'after the attempt');
          return isHere ? Promise.reject(dies) : Promise.resolve();
        },
      },
      retries: {
        bury: (_pending, death) => {
          ending.deaths.push(death);
          return Promise.resolve(true);
        },
      },
      policyOf: () => builtInRetryPolicy,
      isStopped: () => Promise.resolve(false),
      cancellations: { isCancelled: () => Promise.resolve(false) },
      send: () => Promise.reject(new Error('Nothing is sent: one message carries it all.')),
      bodies: {
        get: () => Promise.resolve(null),
        put: () => Promise.resolve(),
        delete: () => Promise.resolve(),
      },
      circuits: allClosed,
      isAllowed: () => true,
      timeoutOf: () => 5_000,
      worksInBackground: () => false,
      signingSecrets: [],
      random: () => 0.5,
      now: () => Date.now(),
      report: () => undefined,
    };
    const message = {
      id: 'm',
      body,
      timestamp: new Date(),
      attempts,
      ack: () => {
        acknowledged = true;
      },
      retry: () => undefined,
    };
    await consumeRetries({ messages: [message] }, deps);
    if (acknowledged) return ending;
  }
  throw new Error('The message goes round for ever.');
}

it('a delivery arrives, or becomes one dead letter, whatever fails and whenever the Worker dies', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(200, 302, 404, 410, 429, 500, 503), { maxLength: 12 }),
      fc.array(fc.constantFrom<Crash>(null, null, 'before the attempt', 'after the attempt'), {
        maxLength: 12,
      }),
      async (planned, crashes) => {
        answers = [...planned];
        received = [];
        const { deaths, started, ended } = await runChain([...crashes]);
        const heard = [...planned, ...Array.from({ length: 7 }, () => 200)].slice(
          0,
          received.length,
        );
        // One attempt was made before; the schedule has seven more, and all carry one key.
        expect(received.length).toBeLessThanOrEqual(7);
        expect(new Set(received).size).toBeLessThanOrEqual(1);
        // Whatever reached the destination was written down before it left and when it ended.
        expect(ended).toBe(received.length);
        expect(started).toBeGreaterThanOrEqual(received.length);
        // It ends once: delivered, or as a dead letter for the reason there was.
        expect(deaths.length).toBe(heard.at(-1) === 200 && deaths.length === 0 ? 0 : 1);
        expect(deaths[0]?.reason !== 'gone' || heard.at(-1) === 410).toBe(true);
        // Without a crash nobody is called again after a 2xx or 410.
        const calm = crashes.every((crash) => crash === null);
        const ending = planned.findIndex((status) => status === 200 || status === 410);
        const needed = Math.min(7, (ending < 0 ? planned.length : ending) + 1);
        expect(calm ? received.length : needed).toBe(needed);
      },
    ),
    { numRuns: 60 },
  );
});
