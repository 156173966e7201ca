// A webhook that answers as a test says, and remembers every request and how many of an event ran at once.
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';

export type Delivery = {
  method: string;
  headers: IncomingMessage['headers'];
  text: string;
  body: z.infer<typeof bodySchema>;
};

/** `hang` never answers. */
export type Answer = { status: number; headers?: Record<string, string>; body?: string } | 'hang';

export type WebhookReceiver = {
  url: string;
  deliveries: Delivery[];
  /** The highest number of requests under way at once: of any one event, and of all. */
  most: { ofOneEvent: number; ofAll: number };
  stop(): Promise<void>;
};

const bodySchema = z.looseObject({
  id: z.string(),
  delivery_info: z.object({ current_retry: z.number(), max_retries: z.number() }),
});

export async function startWebhookReceiver(
  answer: (delivery: Delivery) => Answer | Promise<Answer>,
): Promise<WebhookReceiver> {
  const deliveries: Delivery[] = [];
  const running = new Map<string, number>();
  const most = { ofOneEvent: 0, ofAll: 0 };
  const server = createServer((request, response) => {
    const respond = async (): Promise<void> => {
      let text = '';
      for await (const chunk of request.setEncoding('utf8')) text += chunk;
      const body = bodySchema.parse(JSON.parse(text));
      const delivery = { method: request.method ?? '', headers: request.headers, text, body };
      const ofEvent = (running.get(body.id) ?? 0) + 1;
      running.set(body.id, ofEvent);
      most.ofOneEvent = Math.max(most.ofOneEvent, ofEvent);
      most.ofAll = Math.max(
        most.ofAll,
        [...running.values()].reduce((sum, count) => sum + count, 0),
      );
      deliveries.push(delivery);
      const said = await answer(delivery);
      running.set(body.id, (running.get(body.id) ?? 1) - 1);
      if (said === 'hang') return;
      response.writeHead(said.status, said.headers);
      response.end(said.body ?? '');
    };
    respond().catch((error: unknown) => {
      response.writeHead(500);
      response.end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/`,
    deliveries,
    most,
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
