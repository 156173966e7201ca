import { describe, expect, it } from 'vitest';
import { eventBody } from '../../../demo/event-engine/event.ts';
import { isSuccess } from '../../../demo/event-engine/invocation.ts';
import { afterFailure } from '../../../demo/event-engine/retry.ts';
import { shopTriggers } from '../../../demo/event-engine/shop-triggers.ts';
import { defaultRetry } from '../../../demo/event-engine/trigger.ts';
import { jobs } from '../../../demo/jobs/functions/index.ts';
import payload from '../../contracts/hasura/event-payload.json' with { type: 'json' };
import retry from '../../contracts/hasura/retry.json' with { type: 'json' };

const event = {
  id: 'e1',
  schemaName: 'public',
  tableName: 'notes',
  triggerName: 'note_written',
  payloadText: '{"op":"INSERT","data":{"old":null,"new":{"id":9007199254740993}}}',
  tries: 2,
  createdAtText: '2026-11-24 18:12:03.123456',
};

describe('a failed attempt, by the contract with Hasura', () => {
  it.each(retry.cases)(
    'after $tries tries of $numRetries, Retry-After $retryAfter: again in $retryInSec s',
    ({ tries, numRetries, intervalSec, retryAfter, retryInSec }) => {
      expect(afterFailure(tries, retryAfter, { numRetries, intervalSec, timeoutSec: 60 })).toEqual(
        retryInSec === null ? { kind: 'error' } : { kind: 'retry', delaySec: retryInSec },
      );
    },
  );

  it('counts only 2xx as delivered', () => {
    expect(retry.successStatuses.filter(isSuccess)).toEqual(retry.successStatuses);
    expect(retry.failureStatuses.filter(isSuccess)).toEqual([]);
  });

  it('has the defaults of Hasura', () => {
    expect(defaultRetry).toEqual(retry.defaults);
  });
});

describe('the body of a delivery', () => {
  it.each(payload.createdAt.column)('writes the time $stored as $sent', ({ stored, sent }) => {
    expect(JSON.parse(eventBody({ ...event, createdAtText: stored }, 0)).created_at).toBe(sent);
  });

  it('passes numbers on that no JavaScript number holds', () => {
    expect(eventBody(event, 3)).toContain('"id":9007199254740993');
  });

  it('says which try it is and how many there may be', () => {
    expect(JSON.parse(eventBody(event, 5)).delivery_info).toEqual({
      current_retry: 2,
      max_retries: 5,
    });
  });
});

describe("the shop's triggers", () => {
  const triggers = shopTriggers({
    edgeUrl: 'http://127.0.0.1:8787/',
    ingestKey: 'a key',
    jobsUrl: 'http://127.0.0.1:9999',
  });

  it('send every event to the edge, with the job behind it', () => {
    for (const { webhook } of triggers) {
      const url = new URL(webhook);
      expect(`${url.origin}${url.pathname}`).toBe('http://127.0.0.1:8787/');
      const destination = new URL(url.searchParams.get('destinations') ?? '');
      expect(destination.origin).toBe('http://127.0.0.1:9999');
      expect([...jobs.keys()]).toContain(destination.pathname.split('/').at(-1));
    }
  });

  it('call every job but the one that is there to be called by hand', () => {
    const called = new Set(
      triggers.map(({ webhook }) => decodeURIComponent(webhook).split('/').at(-1)),
    );
    expect([...jobs.keys()].filter((job) => !called.has(job))).toEqual(['hello']);
  });

  it('never listen to updated_by alone, which would let them fire themselves', () => {
    const listened = triggers.flatMap(({ update }) =>
      update && update.columns !== '*' ? update.columns : [],
    );
    expect(listened).not.toContain('updated_by');
    expect(listened).not.toContain('updated_at');
  });
});
