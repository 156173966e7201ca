// That every line carries the ID of the work that wrote it, through the loggers that people use.
import { Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import pino from 'pino';
import { describe, expect, it, vi } from 'vitest';
import winston from 'winston';
import {
  jsonConsole,
  pinoMixin,
  runWithCorrelationId,
  winstonMeta,
} from '../../../job/src/index.ts';

const id = 'order_placed.reserve-stock.01a20ed5-79e3-8349-97d2-cd0123456789';
const otherId = 'order_placed.charge-card.01a20ed5-79e3-8349-97d2-cdabcdef0123';

/** Collects lines; each write is acknowledged in a later turn, as a slow disk does. */
function slowLines(): { stream: Writable; lines: () => Record<string, unknown>[] } {
  let text = '';
  const stream = new Writable({
    highWaterMark: 1,
    write: (chunk, _encoding, done) => {
      text += String(chunk);
      setImmediate(done);
    },
  });
  return {
    stream,
    lines: () =>
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
  };
}

/** 50 lines in each of two jobs that take turns. */
async function twoJobs(log: (message: string) => void): Promise<void> {
  const work = async (name: string): Promise<void> => {
    for (let line = 0; line < 50; line += 1) {
      log(name);
      if (line % 7 === 0) await turn();
    }
  };
  await Promise.all([
    runWithCorrelationId(id, () => work(id)),
    runWithCorrelationId(otherId, () => work(otherId)),
    work('nobody'),
  ]);
}

describe('pino', () => {
  it('has the ID on the lines of each job, on a child logger’s too', async () => {
    const { stream, lines } = slowLines();
    const logger = pino({ mixin: pinoMixin }, stream);
    const child = logger.child({ part: 'child' });
    await twoJobs((message) => (message === id ? child : logger).info({ n: 1 }, message));
    await vi.waitUntil(() => stream.writableLength === 0);
    expect(lines()).toHaveLength(150);
    for (const line of lines()) {
      expect(line['correlation_id'] ?? 'nobody').toBe(line['msg']);
      expect('correlation_id' in line).toBe(line['msg'] !== 'nobody');
    }
  });
});

/** Takes one line and holds up all others until it is opened, as a transport does whose server is away. */
class HeldTransport extends winston.transports.Stream {
  readonly lines: Record<string, unknown>[] = [];
  #held: (() => void)[] | null = [];

  constructor() {
    super({ stream: new Writable() });
  }

  override log(info: Record<string, unknown>, next: () => void): void {
    this.lines.push({ ...info });
    if (this.#held) this.#held.push(next);
    else next();
  }

  open(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const next of held) next();
  }
}

describe('winston', () => {
  it('has the ID on the lines of each job, also of those that had to wait for a transport', async () => {
    const transport = new HeldTransport();
    let isLogging = true;
    let late = 0;
    const countLate = {
      transform: (info: winston.Logform.TransformableInfo) => {
        if (!isLogging) late += 1;
        return info;
      },
    };
    const log = winston.createLogger({
      format: winston.format.combine(countLate, winston.format.json()),
      defaultMeta: winstonMeta({ app: 'shop' }),
      transports: [transport],
    });
    const child = log.child({ part: 'child' });
    await twoJobs((message) => (message === id ? child : log).info(message, { n: 1 }));
    isLogging = false;
    transport.open();
    await vi.waitUntil(() => transport.lines.length === 150);
    // This is why the kit gives winston no format: most lines are formatted when their job is over.
    expect(late).toBeGreaterThan(50);
    for (const line of transport.lines) {
      expect(line['correlation_id'] ?? 'nobody').toBe(line['message']);
      expect(line).toMatchObject({ app: 'shop', n: 1 });
    }
  });
});

describe('jsonConsole', () => {
  it('writes one JSON object a line, whatever is logged', () => {
    const info = vi.spyOn(console, 'info').mockReturnValue();
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    runWithCorrelationId(id, () => {
      jsonConsole.info('two\nlines', { rows: 3n, correlation_id: 'forged', level: 'forged' });
      jsonConsole.info('failed', { error: new Error('out of stock', { cause: 'sold' }) });
      jsonConsole.info('circular', circular);
    });
    jsonConsole.info('outside');
    const lines = info.mock.calls.map(([line]) => String(line));
    info.mockRestore();
    for (const line of lines) expect(line).not.toContain('\n');
    const parsed = lines.map((line) => JSON.parse(line));
    expect(parsed).toEqual([
      { level: 'info', msg: 'two\nlines', rows: '3', correlation_id: id },
      {
        level: 'info',
        msg: 'failed',
        error: expect.objectContaining({ name: 'Error', message: 'out of stock', cause: 'sold' }),
        correlation_id: id,
      },
      { level: 'info', msg: 'circular', fields_lost: expect.any(String), correlation_id: id },
      { level: 'info', msg: 'outside' },
    ]);
  });
});
