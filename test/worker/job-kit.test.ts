// The job kit in workerd: that AsyncLocalStorage, streams and the clock there do what the kit needs of them.
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import {
  correlatedFetch,
  currentCorrelationId,
  keepCorrelation,
  withCorrelation,
} from '../../job/src/index.ts';

const id = 'order_placed.reserve-stock.01a20ed5-79e3-8349-97d2-cd0123456789';
const otherId = 'order_placed.charge-card.01a20ed5-79e3-8349-97d2-cdabcdef0123';
const call = (value?: string): Request =>
  new Request('https://job.example', {
    headers: value === undefined ? {} : { 'x-correlation-id': value },
  });
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** A service binding's `fetch`, to a job that answers with the ID it was told. */
const binding = (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
  const request = new Request(input, init);
  return Promise.resolve(new Response(request.headers.get('x-correlation-id')));
};

describe('a Worker with withCorrelation', () => {
  it('does not mix two requests, and keeps the ID in waitUntil after the answer', async () => {
    const background: (string | null)[] = [];
    const worker = {
      fetch: withCorrelation(async (request: Request, _env: unknown, ctx: ExecutionContext) => {
        ctx.waitUntil(turn().then(() => background.push(currentCorrelationId())));
        await turn();
        return new Response(`${request.url} ${currentCorrelationId()}`);
      }),
    };
    const ctx = createExecutionContext();
    const answers = await Promise.all(
      [id, otherId].map((value) => worker.fetch(call(value), {}, ctx)),
    );
    const texts = await Promise.all(answers.map((answer) => answer.text()));
    await waitOnExecutionContext(ctx);
    expect(texts).toEqual([`https://job.example/ ${id}`, `https://job.example/ ${otherId}`]);
    expect(new Set(background)).toEqual(new Set([id, otherId]));
    expect(background).toHaveLength(2);
  });

  it('carries the ID into a stream that is read after the answer, with keepCorrelation', async () => {
    const handler = withCorrelation((request: Request) => {
      const seen = new TransformStream<Uint8Array, Uint8Array>({
        transform: keepCorrelation(
          (chunk: Uint8Array, to: TransformStreamDefaultController<Uint8Array>) => {
            to.enqueue(chunk);
            to.enqueue(new TextEncoder().encode(` ${currentCorrelationId()}`));
          },
        ),
      });
      return new Response(request.body?.pipeThrough(seen) ?? null);
    });
    const answer = handler(new Request(call(id), { method: 'POST', body: 'body' }));
    expect(await answer.text()).toBe(`body ${id}`);
  });

  it('mints a system action’s ID with the time of the schedule’s run', () => {
    const startedAt = Date.now();
    const scheduled = withCorrelation<unknown, [unknown], string | null>(currentCorrelationId, {
      system: 'nightly',
    });
    const minted = scheduled({ cron: '0 3 * * *', scheduledTime: 0 }) ?? '';
    const time = Number.parseInt(minted.slice('nightly.'.length).replace('-', '').slice(0, 12), 16);
    expect(time).toBeGreaterThanOrEqual(startedAt);
    expect(time).toBeLessThanOrEqual(Date.now());
  });

  it('tells a service binding what caused the call', async () => {
    const job = withCorrelation((request: Request) =>
      correlatedFetch({ origins: ['https://job.internal'], fetch: binding })(
        new Request('https://job.internal/run', { method: 'POST', body: request.body }),
      ),
    );
    const answer = await job(new Request(call(id), { method: 'POST', body: 'streamed' }));
    expect(await answer.text()).toBe(id);
  });
});
