// The Worker in real workerd, with its own queues, Durable Objects, bucket and consumers, and a real Postgres
// behind it. Three things can be done to it: its queues refuse an event, it is killed, an object is evicted.
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { convertV4MiniflareOptions, Miniflare, type Request, Response } from 'miniflare';
import type { BundledWorker } from '../support/bundled-worker.ts';

export const ingestKey = 'tl_fault_key';
export const apiToken = 'tl_fault_token';
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * Stands between the Worker and its queues: it refuses messages that name an event it was told of, hands the
 * others on, and, where the Worker is to be killed, writes down what the queue has taken.
 */
const gate = `
import { WorkerEntrypoint } from 'cloudflare:workers';
const refusals = new Map();
function check(queue, text) {
  for (const [id, refusing] of refusals) {
    if (!text.includes(id)) continue;
    refusing.add(queue);
    throw new Error('Too Many Requests');
  }
}
async function journal(env, entry) {
  if (env.JOURNAL) await env.JOURNAL.fetch('http://journal/', { method: 'POST', body: JSON.stringify(entry) });
}
export class Retries extends WorkerEntrypoint {
  async send(body, options) {
    check('RETRIES', body);
    await this.env.RETRIES.send(body, options);
    await journal(this.env, { queue: 'RETRIES', body });
  }
}
export class Records extends WorkerEntrypoint {
  async sendBatch(messages) {
    for (const { body } of messages) check('RECORDS', body);
    await this.env.RECORDS.sendBatch(messages);
    for (const { body } of messages) await journal(this.env, { queue: 'RECORDS', body });
  }
}
export class UnreadableSnapshot extends WorkerEntrypoint {
  async get() {
    throw new Error('KV GET failed: 500 Internal Server Error');
  }
}
export default {
  async fetch(request, env) {
    const command = await request.json();
    if (command.refuse) refusals.set(command.refuse, new Set());
    if (command.take) refusals.delete(command.take);
    if (command.send) await env[command.send.queue].send(command.send.body, { contentType: 'text' });
    return Response.json([...(refusals.get(command.whoRefused) ?? [])]);
  },
};`;

type Journaled = { queue: 'RECORDS' | 'RETRIES'; body: string };

export type EdgeOptions = {
  variables?: Record<string, string>;
  /** Queues must outlast the Worker then. */
  isKilled?: boolean;
  /** What is published of the stored configuration is out of reach. */
  isConfigurationUnreadable?: boolean;
  /** Without the binding: variables say where the database is. */
  isHyperdriveLeftOut?: boolean;
};

export class Edge {
  readonly #worker: BundledWorker;
  readonly #databaseUrl: string;
  readonly #options: EdgeOptions;
  /** What the queues have taken. */
  readonly #journal: Journaled[] = [];
  /** What the Worker wrote to its console: expected, and only looked at. */
  readonly #log: string[] = [];
  #directory = '';
  #miniflare: Miniflare | null = null;
  #url = '';

  constructor(worker: BundledWorker, databaseUrl: string, options: EdgeOptions = {}) {
    this.#worker = worker;
    this.#databaseUrl = databaseUrl;
    this.#options = options;
  }

  /** Changes with each start. */
  get url(): string {
    return this.#url;
  }

  async start(): Promise<void> {
    this.#directory ||= await mkdtemp(join(tmpdir(), 'throughline-faults-'));
    const direct = { unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }] };
    const { queueProducers: _behindTheGate, ...worker } = this.#worker;
    const isUnreadable = this.#options.isConfigurationUnreadable === true;
    const miniflare = new Miniflare(
      convertV4MiniflareOptions({
        cf: false,
        resourcePersistencePath: this.#directory,
        handleStructuredLogs: ({ message }) => this.#log.push(message),
        workers: [
          {
            ...worker,
            ...direct,
            bindings: {
              INGEST_SOURCE: 'shop',
              INGEST_KEY_SHA256: sha256(ingestKey),
              API_TOKEN_SHA256: sha256(apiToken),
              ALLOWED_DESTINATIONS: 'http://127.0.0.1:*',
              ALLOW_PRIVATE_DESTINATIONS: 'true',
              ATTEMPT_TIMEOUT_MS: '12000',
              ...this.#options.variables,
            },
            hyperdrives: this.#options.isHyperdriveLeftOut
              ? {}
              : { OBSERVABILITY: this.#databaseUrl },
            serviceBindings: {
              RETRIES: { name: 'gate', entrypoint: 'Retries' },
              RECORDS: { name: 'gate', entrypoint: 'Records' },
              ...(isUnreadable
                ? { SNAPSHOT: { name: 'gate', entrypoint: 'UnreadableSnapshot' } }
                : {}),
            },
            ...(isUnreadable ? { kvNamespaces: {} } : {}),
          },
          {
            name: 'gate',
            modules: true,
            script: gate,
            compatibilityDate: '2026-11-01',
            queueProducers: {
              RECORDS: { queueName: 'throughline-records' },
              RETRIES: { queueName: 'throughline-retries' },
            },
            serviceBindings: this.#options.isKilled ? { JOURNAL: this.#keep } : {},
          },
        ],
      }),
    );
    await miniflare.ready;
    this.#miniflare = miniflare;
    this.#url = (await miniflare.unsafeGetDirectURL('throughline')).origin;
  }

  /** SIGKILL: Miniflare tells workerd nothing before. What is stored stays. */
  async kill(): Promise<void> {
    await this.#miniflare?.dispose();
    this.#miniflare = null;
  }

  /**
   * Starts again on what is stored: Durable Objects with their alarms, and the bucket. Cloudflare's queues are a
   * service of their own, but the local ones live in the memory of the workerd that was killed: what they had
   * taken is put into them again, as a queue that delivers at least once may do.
   */
  async startAgain(): Promise<void> {
    const taken = this.#journal.splice(0);
    await this.start();
    for (const send of taken) await this.#tellGate({ send });
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.#directory, { recursive: true, force: true });
  }

  /** Both queues refuse whatever names the event. */
  async refuse(eventId: string): Promise<void> {
    await this.#tellGate({ refuse: eventId });
  }

  async take(eventId: string): Promise<void> {
    await this.#tellGate({ take: eventId });
  }

  /** Which queues have refused the event so far. */
  async refusals(eventId: string): Promise<Journaled['queue'][]> {
    return this.#tellGate({ whoRefused: eventId });
  }

  /** How often the Worker has reported this. */
  reported(text: string): number {
    return this.#log.filter((line) => line.includes(text)).length;
  }

  /** Whether a queue has taken a message with the event and this text in it. */
  hasQueued(eventId: string, text: string): boolean {
    return this.#journal.some(({ body }) => body.includes(eventId) && body.includes(text));
  }

  /** Every rotation leaves memory; what it has stored stays. */
  async evictRotations(): Promise<void> {
    const miniflare = this.#miniflare;
    const ids = (await miniflare?.listDurableObjectIds('ROUND_ROBIN', 'throughline')) ?? [];
    for (const id of ids) {
      try {
        await miniflare?.unsafeEvictDurableObject('throughline', 'RoundRobin', { id });
      } catch (error) {
        if (!String(error).includes('not currently running')) throw error;
      }
    }
  }

  readonly #keep = async (request: Request): Promise<Response> => {
    this.#journal.push((await request.json()) as Journaled);
    return new Response();
  };

  async #tellGate(command: object): Promise<Journaled['queue'][]> {
    const gateWorker = await this.#miniflare?.getWorker('gate');
    const init = { method: 'POST', body: JSON.stringify(command) };
    const answer = await gateWorker?.fetch('http://gate/', init);
    return (await answer?.json()) as Journaled['queue'][];
  }
}
