import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { progressOf } from '../../../pages/src/first/progress.ts';
import { exportOf, firstCommand, hasuraTrigger } from '../../../pages/src/first/snippets.ts';
import type { TraceSummary } from '../../../src/api/views.ts';
import { cascadeOf } from './cascades.ts';

const metadataSchema = z.object({
  event_triggers: z.tuple([
    z.object({
      name: z.string(),
      definition: z.object({
        insert: z.object({ columns: z.literal('*') }),
        update: z.object({ columns: z.array(z.string()) }),
      }),
      webhook: z.string(),
      headers: z.array(z.object({ name: z.string(), value_from_env: z.string() })),
    }),
  ]),
});

describe('the event trigger that people copy', () => {
  it('is YAML that names the edge and the job, whatever the job’s URL is made of', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), (job) => {
        const text = hasuraTrigger('https://edge.example', job);
        const [trigger] = metadataSchema.parse(parse(text)).event_triggers;
        const webhook = new URL(trigger.webhook);
        expect(webhook.origin).toBe('https://edge.example');
        expect(webhook.searchParams.get('destinations')).toBe(job);
        expect(trigger.headers).toEqual([
          { name: 'x-throughline-key', value_from_env: 'THROUGHLINE_KEY' },
        ]);
        // One that listens to the actor's column would fire itself.
        expect(trigger.definition.update.columns).not.toContain('updated_by');
      }),
      { numRuns: 20 },
    );
  });
});

describe('the command that people copy', () => {
  it('names the key, and never has it', () => {
    const command = firstCommand('https://edge.example', 'https://jobs.example.com/a?b');
    expect(command).toContain('"$THROUGHLINE_KEY"');
    expect(command).toContain('https://edge.example/?destinations=https%3A%2F%2Fjobs.example.com');
    expect(firstCommand(null, 'https://a.example')).toContain('https://YOUR-EDGE/');
    expect(exportOf("tl_'x")).toBe(`export THROUGHLINE_KEY='tl_'\\''x'`);
  });
});

describe('the first steps', () => {
  const { trace } = cascadeOf([], []);
  const root: TraceSummary['root'] = {
    actor: { kind: 'unknown', value: null, name: 'unknown' },
    kind: 'webhook',
    table: null,
    op: null,
    rowKey: null,
    changes: [],
  };

  it('are done by what arrived first, and the last by a database only', () => {
    expect(progressOf([])).toEqual({ first: null, fromDatabase: null });
    const webhook = { ...trace, id: 'a', root };
    expect(progressOf([webhook])).toEqual({ first: 'a', fromDatabase: null });
    const late = { ...trace, id: 'b', root: { ...root, kind: 'hasura' as const } };
    const latest = { ...trace, id: 'c', root: { ...root, kind: 'hasura' as const } };
    expect(progressOf([latest, late, webhook])).toEqual({ first: 'a', fromDatabase: 'b' });
    // Its record is still under way.
    expect(progressOf([{ ...trace, id: 'd', root: null }])).toEqual({
      first: 'd',
      fromDatabase: null,
    });
  });
});
