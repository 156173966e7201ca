import { describe, expect, it } from 'vitest';
import { metadataOf } from '../../../demo/event-engine/metadata.ts';
import { shopTriggers } from '../../../demo/event-engine/shop-triggers.ts';
import { readEventTriggers } from '../../../src/coverage/event-triggers.ts';
import contract from '../../contracts/hasura/event-trigger-metadata.json' with { type: 'json' };

describe('event triggers in Hasura’s metadata', () => {
  it('are read as the contract says', () => {
    expect(readEventTriggers(contract.metadata, 'shop')).toEqual({
      triggers: contract.means,
      unreadable: [],
    });
  });

  it('are those of the source with our name, where there is one', () => {
    const { triggers } = readEventTriggers(contract.metadata, 'billing');
    expect(triggers.map(({ name }) => name)).toEqual(['invoice_new']);
  });

  it('are those of the only source, whatever its name', () => {
    const only = { ...contract.metadata, sources: contract.metadata.sources.slice(1) };
    expect(readEventTriggers(only, 'shop').triggers.map(({ name }) => name)).toEqual([
      'invoice_new',
    ]);
  });

  it('are read around what cannot be read, which is told', () => {
    const { triggers, unreadable } = readEventTriggers(
      {
        sources: [
          {
            name: 'default',
            tables: [
              { table: 7 },
              {
                table: 'orders',
                event_triggers: [
                  { name: 'odd', definition: { update: { columns: 1 } } },
                  { name: 'good', definition: { insert: { columns: '*' } } },
                ],
              },
            ],
          },
        ],
      },
      'shop',
    );
    expect(triggers.map(({ name }) => name)).toEqual(['good']);
    expect(unreadable).toHaveLength(2);
  });

  it.each([null, 'text', [], { sources: 3 }])('are none in %j, without a throw', (metadata) => {
    expect(readEventTriggers(metadata, 'shop').triggers).toEqual([]);
  });

  it('are those that the stand-in writes for the shop', () => {
    const triggers = shopTriggers({
      edgeUrl: 'http://edge',
      ingestKey: 'key',
      jobsUrl: 'http://jobs',
    });
    const read = readEventTriggers(metadataOf(triggers), 'shop');
    expect(read.unreadable).toEqual([]);
    expect(read.triggers.map(({ name }) => name).toSorted()).toEqual(
      triggers.map(({ name }) => name).toSorted(),
    );
    expect(JSON.stringify(metadataOf(triggers))).not.toContain('"value":"key"');
  });
});
