// That work keeps the correlation it began with: through promises and timers, beside other work, after the answer.
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import {
  correlationHeaders,
  currentCorrelationId,
  hasuraHeaders,
  keepCorrelation,
  runAsSystem,
  runWithCorrelationId,
  withCorrelation,
} from '../../../job/src/index.ts';
import type { WithCorrelationOptions } from '../../../job/src/index.ts';

/** A handler of whatever request; its work does not look at it. */
const asJob = <Result>(
  work: () => Result,
  options?: WithCorrelationOptions,
): ((request: unknown) => Result) =>
  withCorrelation<unknown, [request: unknown], Result>(work, options);

const id = 'order_placed.reserve-stock.01a20ed5-79e3-8349-97d2-cd0123456789';
const otherId = 'order_placed.charge-card.01a20ed5-79e3-8349-97d2-cdabcdef0123';
const request = (value?: string): Request =>
  new Request(
    'https://job.example',
    value === undefined ? {} : { headers: { 'x-correlation-id': value } },
  );
const minted = (name: string): RegExp =>
  new RegExp(`^${name}\\.[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{2}0{10}$`);

async function answerWithId(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
  for await (const chunk of incoming) {
    await turn();
    answer.write(chunk);
  }
  await turn();
  answer.end(currentCorrelationId() ?? 'none');
}

/** A promise and what settles it. */
function gate(): { opened: Promise<void>; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

describe('withCorrelation', () => {
  it('hands on arguments, `this` and the answer as they are', () => {
    const job = {
      name: 'job',
      handle: withCorrelation(function handle(this: { name: string }, from: Request, more: number) {
        return [this.name, from.url, more, currentCorrelationId()];
      }),
    };
    expect(job.handle(request(id), 7)).toEqual(['job', 'https://job.example/', 7, id]);
    expect(currentCorrelationId()).toBeNull();
  });

  it('does not mix two requests that are worked on at the same time', async () => {
    const gates = new Map([
      [id, gate()],
      [otherId, gate()],
    ]);
    const job = withCorrelation(async (from: Request) => {
      const before = currentCorrelationId();
      await gates.get(from.headers.get('x-correlation-id') ?? '')?.opened;
      await turn();
      return [before, currentCorrelationId()];
    });
    const both = [job(request(id)), job(request(otherId))];
    gates.get(otherId)?.open();
    gates.get(id)?.open();
    expect(await Promise.all(both)).toEqual([
      [id, id],
      [otherId, otherId],
    ]);
  });

  it('does not mix 200 requests to a real server on kept-alive connections', async () => {
    const handler = withCorrelation((incoming: IncomingMessage, answer: ServerResponse) => {
      answerWithId(incoming, answer).catch((error: unknown) =>
        answer.destroy(new Error(String(error))),
      );
    });
    const server = createServer(handler);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const ask = async (index: number): Promise<string> => {
      const own = `t.j.01a20ed5-79e3-8349-97d2-${String(index).padStart(12, '0')}`;
      const headers = index % 5 === 0 ? {} : { 'x-correlation-id': own };
      const answer = await fetch(`http://127.0.0.1:${port}`, {
        method: 'POST',
        body: 'x',
        headers,
      });
      return (await answer.text()).replace(own, 'own').replace('x', '');
    };
    const answers = await Promise.all(Array.from({ length: 200 }, (_, index) => ask(index)));
    await new Promise((resolve) => server.close(resolve));
    expect(answers).toEqual(answers.map((_, index) => (index % 5 === 0 ? 'none' : 'own')));
  });

  it('lets a handler’s error through, thrown or rejected, and is over afterwards', async () => {
    const failure = new Error('out of stock');
    const throws = asJob((): string => {
      throw failure;
    });
    expect(() => throws(request(id))).toThrow(failure);
    expect(currentCorrelationId()).toBeNull();
    const rejects = asJob(async () => {
      await turn();
      throw failure;
    });
    await expect(rejects(request(id))).rejects.toBe(failure);
    expect(currentCorrelationId()).toBeNull();
  });

  it('is there for background work after the answer, while another request is worked on', async () => {
    const answered = gate();
    let background: Promise<string | null> = Promise.resolve(null);
    const job = asJob(() => {
      background = answered.opened.then(turn).then(currentCorrelationId);
      return new Response('accepted', { status: 202 });
    });
    job(request(id));
    asJob(() => answered.open())(request(otherId));
    expect(await background).toBe(id);
  });

  it('has no ID for a request without one, even inside other work', () => {
    const seen = asJob(() => asJob(() => currentCorrelationId())(request()))(request(id));
    expect(seen).toBeNull();
  });

  it('nests: the inner request’s ID inside, the outer’s before and after', () => {
    const inner = asJob(() => currentCorrelationId());
    const outer = asJob(() => [
      currentCorrelationId(),
      inner(request(otherId)),
      currentCorrelationId(),
    ]);
    expect(outer(request(id))).toEqual([id, otherId, id]);
  });

  it('keeps the correlation around a function whose argument is no request', () => {
    const step = asJob(() => currentCorrelationId(), {
      system: 'step',
    });
    expect(runWithCorrelationId(id, () => step({ order: 1 }))).toBe(id);
  });

  it('works without an ID, and says so in one line, where a bad one comes', () => {
    const onProblem = vi.fn<(message: string) => void>();
    const job = asJob(() => currentCorrelationId(), {
      onProblem,
      system: 'nightly',
    });
    expect(job({ headers: { 'x-correlation-id': 'evil\n{"level":"info"}' } })).toBeNull();
    expect(onProblem).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/^[\x20-\x7e]+$/));
  });

  it('says so on the console unless told otherwise', () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    asJob(() => undefined)(request('jane@example.com'));
    expect(warn.mock.calls).toEqual([
      [expect.stringMatching(/^{"level":"warn","msg":"x-correlation-id /)],
    ]);
    warn.mockRestore();
  });

  it('mints the ID of a system action for a schedule, and for a request that names no cause', () => {
    const job = asJob(() => currentCorrelationId(), {
      system: 'Nightly Report',
    });
    expect(job({ cron: '0 3 * * *' })).toMatch(minted('nightly-report'));
    expect(job(request())).toMatch(minted('nightly-report'));
    expect(job(request(id))).toBe(id);
    expect(job({})).not.toBe(job({}));
  });

  it('leaves streaming bodies alone, and `keepCorrelation` carries the ID into them', async () => {
    const seen: (string | null)[] = [];
    const job = withCorrelation((from: Request) => {
      const upper = new TransformStream<Uint8Array, Uint8Array>({
        transform: keepCorrelation(
          (chunk: Uint8Array, to: TransformStreamDefaultController<Uint8Array>) => {
            seen.push(currentCorrelationId());
            to.enqueue(chunk);
          },
        ),
      });
      return new Response(from.body?.pipeThrough(upper) ?? null);
    });
    const chunks = ['one ', 'two ', 'three'].map((text) => new TextEncoder().encode(text));
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        const chunk = chunks.shift();
        if (chunk) controller.enqueue(chunk);
        else controller.close();
      },
    });
    const init = { method: 'POST', headers: { 'x-correlation-id': id }, body, duplex: 'half' };
    const answer = job(new Request('https://job.example', init));
    const text = await asJob(() => answer.text())(request(otherId));
    expect(text).toBe('one two three');
    expect(seen).toEqual([id, id, id]);
  });

  it('agrees with a second copy of itself in the same process', async () => {
    vi.resetModules();
    const copy = await import('../../../job/src/index.ts');
    expect(copy.withCorrelation).not.toBe(withCorrelation);
    expect(
      copy.withCorrelation<unknown, [Request], unknown>(currentCorrelationId)(request(id)),
    ).toBe(id);
  });
});

describe('runWithCorrelationId', () => {
  it('takes an ID from elsewhere, and refuses what is none without repeating it', () => {
    expect(runWithCorrelationId(` ${id}\n`, currentCorrelationId)).toBe(id);
    expect(
      runWithCorrelationId(id, () => runWithCorrelationId(null, currentCorrelationId)),
    ).toBeNull();
    const bad = 'x'.repeat(300);
    expect(() => runWithCorrelationId(bad, currentCorrelationId)).toThrow(/is no correlation ID/);
    expect(() => runWithCorrelationId(bad, currentCorrelationId)).not.toThrow(/xxx/);
  });
});

describe('what the next one is told', () => {
  it('is nothing where nothing named a cause', () => {
    expect(correlationHeaders()).toEqual({});
    expect(hasuraHeaders()).toEqual({});
  });

  it('is the ID and its trace', () => {
    runWithCorrelationId(id, () => {
      expect(hasuraHeaders()).toEqual({ 'x-hasura-correlation-id': id });
      expect(correlationHeaders()).toEqual({
        'x-correlation-id': id,
        traceparent: '00-01a20ed579e3834997d2cd0000000000-97d2cd0123456789-01',
      });
    });
  });

  it('has a valid trace for a system action, and none for an ID minted elsewhere', () => {
    expect(runAsSystem('nightly', correlationHeaders)['traceparent']).toMatch(
      /^00-[0-9a-f]{32}-[89ab][0-9a-f]{15}-01$/,
    );
    const foreign = 'import.9b2d6c1e-7a54-4f0b-8c3d-2e1f0a9b8c7d';
    expect(runWithCorrelationId(foreign, correlationHeaders)).toEqual({
      'x-correlation-id': foreign,
    });
  });
});
