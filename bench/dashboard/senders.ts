// Events for a running world: webhooks through the real edge to a destination that answers at once, at a rate.
import { createServer, type Server } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { WorldFile } from '../../demo/world/state.ts';

/** More at once would measure how the edge queues. */
const atOnce = 20;

export type Senders = {
  /**
   * Sends `count` webhooks, so many a second as far as the edge keeps up. With a correlation ID each is one more event and
   * hop of that hop's cascade, without one each begins a cascade.
   * @returns how long it took, ms
   */
  send(count: number, perSecond: number, causedBy?: string): Promise<number>;
  stop(): void;
};

export async function startSenders(world: WorldFile): Promise<Senders> {
  const destination = createServer((request, response) => {
    request.resume().on('end', () => response.end('done'));
  });
  await new Promise<void>((resolve) => destination.listen(0, '127.0.0.1', resolve));
  const target = `http://127.0.0.1:${portOf(destination)}/grow`;
  const address = `${world.edgeUrl}/?algorithm=pass-through&destinations=${encodeURIComponent(target)}`;

  const post = async (causedBy: string | undefined): Promise<void> => {
    const response = await fetch(address, {
      method: 'POST',
      headers: {
        'x-throughline-key': world.ingestKey,
        'content-type': 'application/json',
        ...(causedBy === undefined ? {} : { 'x-correlation-id': causedBy }),
      },
      body: '{"of":"bench"}',
    });
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    await response.arrayBuffer();
  };

  return {
    async send(count, perSecond, causedBy) {
      const startMs = performance.now();
      let sent = 0;
      const lane = async (): Promise<void> => {
        for (let mine = sent++; mine < count; mine = sent++) {
          const earlyMs = startMs + (mine * 1_000) / perSecond - performance.now();
          if (earlyMs > 0) await wait(earlyMs);
          await post(causedBy);
        }
      };
      await Promise.all(Array.from({ length: Math.min(atOnce, count) }, lane));
      return performance.now() - startMs;
    },
    stop: () => void destination.close(),
  };
}

function portOf(server: Server): number {
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('Not listening');
  return address.port;
}
