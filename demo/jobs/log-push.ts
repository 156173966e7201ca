// Sends log lines to Loki in batches. A log server that is away costs a job nothing: lines wait, the oldest are
// dropped beyond a bound, and every change of state is reported.
import { performance } from 'node:perf_hooks';

type LogEntry = {
  labels: Record<string, string>;
  line: string;
  metadata: Record<string, string>;
};

export type LogPush = {
  add(entry: LogEntry): void;
  /** Sends what is waiting, once more if need be, and sends no more. */
  stop(): Promise<void>;
};

const flushEveryMs = 150;
const maxBatch = 500;
const maxWaiting = 10_000;
const timeoutMs = 5000;

type Waiting = LogEntry & { timestampNs: string };

/**
 * @param options.url the log server's origin; null keeps nothing
 * @param options.onProblem told when pushing begins to fail, works again, or lines are dropped
 */
export function openLogPush(options: {
  url: string | null;
  onProblem: (message: string) => void;
}): LogPush {
  const { url, onProblem } = options;
  if (url === null) return { add: () => undefined, stop: () => Promise.resolve() };
  const endpoint = new URL('/loki/api/v1/push', url).href;
  const now = nanosecondClock();
  const waiting: Waiting[] = [];
  let failing = false;
  let dropped = 0;
  let sending: Promise<void> = Promise.resolve();

  const send = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, maxBatch);
      try {
        const response = await fetch(endpoint, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify({ streams: streams(batch) }),
          signal: AbortSignal.timeout(timeoutMs),
        });
        const answer = await response.text();
        if (!response.ok) throw new Error(`${response.status} ${answer.trim()}`);
      } catch (error) {
        if (!failing) onProblem(`jobs: logs cannot be pushed to ${endpoint}: ${String(error)}`);
        failing = true;
        return;
      }
      waiting.splice(0, batch.length);
      if (failing) onProblem(`jobs: logs are pushed again, ${dropped} lines were dropped`);
      failing = false;
      dropped = 0;
    }
  };
  const timer = setInterval(() => {
    if (waiting.length > 0) sending = sending.then(send);
  }, flushEveryMs);

  return {
    add: (entry) => {
      waiting.push({ ...entry, timestampNs: now() });
      // While a batch is under way its lines stand first and must stay there.
      if (waiting.length > maxWaiting + maxBatch) {
        waiting.splice(maxBatch, 1);
        dropped += 1;
      }
    },
    stop: async () => {
      clearInterval(timer);
      await sending;
      await send();
      if (waiting.length > 0) onProblem(`jobs: ${waiting.length} log lines were not pushed`);
    },
  };
}

function streams(entries: readonly Waiting[]): unknown[] {
  const byLabels = new Map<string, { stream: Record<string, string>; values: unknown[] }>();
  for (const { labels, line, metadata, timestampNs } of entries) {
    const key = JSON.stringify(labels);
    const found = byLabels.get(key) ?? { stream: labels, values: [] };
    found.values.push([timestampNs, line, metadata]);
    byLabels.set(key, found);
  }
  return [...byLabels.values()];
}

/** Wall-clock nanoseconds that never repeat, as text. */
function nanosecondClock(): () => string {
  const offsetMicros = BigInt(Math.round(performance.timeOrigin * 1000));
  let last = 0n;
  return () => {
    const at = (offsetMicros + BigInt(Math.round(performance.now() * 1000))) * 1000n;
    last = at > last ? at : last + 1n;
    return last.toString();
  };
}
