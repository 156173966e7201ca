// Answers a search: what the text can name is looked up, and each thing that is there is told with the address to open.
import type { AboutKind } from '../store/cascade-lines.ts';
import { findRoot } from '../store/cascades.ts';
import type { StoreClient } from '../store/client.ts';
import { findHops, findWritesNaming, kindsOfNames } from '../store/find-anything.ts';
import { namesWith } from '../store/name-numbers.ts';
import { findDelivery, findEvents } from '../store/nodes.ts';
import { placesOfRow, type RowAsked, tracesOfRows } from '../store/row-places.ts';
import type { RowName } from '../store/row-history.ts';
import type { Searched } from './read-searched.ts';
import { tableSpellings } from '../store/row-text.ts';
import type { SearchAnswer } from './search-views.ts';

/** So many of one sort at most. */
const mostOfASort = 10;
const filterOf: Record<Exclude<AboutKind, 'namedBy'>, string> = {
  trigger: 'trigger',
  table: 'table',
  job: 'job',
  actor: 'actor',
  source: 'source',
  target: 'route',
};
const order: readonly AboutKind[] = ['job', 'trigger', 'table', 'actor', 'target', 'source'];

/** Best first: what it is, then what bears its name, then what has it in its name. */
export async function answersTo(
  client: StoreClient,
  searched: Searched,
  withEmails: boolean,
): Promise<SearchAnswer[]> {
  return [
    ...(await byUuid(client, searched)),
    ...(await byDelivery(client, searched)),
    ...(await byEvent(client, searched)),
    ...(await byRow(client, searched)),
    ...(await byName(client, searched, withEmails)),
  ];
}

async function byUuid(client: StoreClient, { uuid }: Searched): Promise<SearchAnswer[]> {
  if (!uuid || uuid.place === 'foreign') return [];
  const traceId = `${uuid.text.slice(0, 26)}0000000000`;
  const root = await findRoot(client, traceId);
  const cascade = (detail: string): SearchAnswer[] =>
    root === null
      ? []
      : [
          {
            kind: 'cascade',
            label: traceId,
            detail,
            url: `/c/${root}`,
            isExact: uuid.place === 'trace',
          },
        ];
  if (uuid.place === 'trace') {
    return cascade(
      root === traceId
        ? 'The cascade with this trace id.'
        : 'The cascade that this trace is joined to.',
    );
  }
  if (uuid.place === 'unattributed') {
    return cascade('A write that named no cause: the cascade that it began, or is in.');
  }
  const hops = await findHops(client, uuid.text);
  if (hops.length > 0) {
    return hops.map(({ deliveryId, job, trigger }) => ({
      kind: 'hop',
      label: trigger === null ? job : `${trigger} → ${job}`,
      detail: 'The hop with this correlation ID.',
      url: `/c/${root ?? traceId}?sel=${deliveryId}`,
      isExact: true,
    }));
  }
  const writes = await findWritesNaming(client, uuid.text);
  return [
    ...writes.map(({ id, table, rowKey, op, traceId: own }): SearchAnswer => ({
      kind: 'event',
      label: `${op ?? 'event'} ${table ?? ''}${rowKey === null ? '' : `#${rowKey}`}`.trim(),
      detail: 'It names this correlation ID as its cause, which has not been recorded.',
      url: `/c/${own}?sel=${encodeURIComponent(id)}`,
      isExact: false,
    })),
    ...cascade('No hop with this ID has been recorded: this is the cascade that it would be in.'),
  ];
}

async function byDelivery(client: StoreClient, { deliveryId }: Searched): Promise<SearchAnswer[]> {
  const delivery = deliveryId === null ? null : await findDelivery(client, deliveryId);
  if (!delivery) return [];
  const root = (await findRoot(client, delivery.traceId)) ?? delivery.traceId;
  return [
    {
      kind: 'delivery',
      label: delivery.job,
      detail: 'The delivery with this id, which is its idempotency key too.',
      url: `/c/${root}?sel=${delivery.id}`,
      isExact: true,
    },
  ];
}

async function byEvent(client: StoreClient, { text }: Searched): Promise<SearchAnswer[]> {
  const events = text.length > 500 ? [] : await findEvents(client, { id: text, source: null });
  return Promise.all(
    events.map(async ({ id, source, traceId, trigger, kind }): Promise<SearchAnswer> => {
      const root = (await findRoot(client, traceId)) ?? traceId;
      return {
        kind: 'event',
        label: trigger ?? kind,
        detail: `The event with this id, from ${source}.`,
        url: `/c/${root}?sel=${encodeURIComponent(id)}`,
        isExact: true,
      };
    }),
  );
}

/** Where no table has the name that was given, those whose plural it is the singular of. */
async function placesHowever(client: StoreClient, row: RowAsked): Promise<RowName[]> {
  for (const table of tableSpellings(row.table)) {
    const places = await placesOfRow(client, { ...row, table });
    if (places.length > 0) return places;
  }
  return [];
}

async function byRow(client: StoreClient, { row }: Searched): Promise<SearchAnswer[]> {
  if (!row) return [];
  const places = (await placesHowever(client, row)).slice(0, mostOfASort);
  const written: SearchAnswer[] = [];
  for (const place of places) {
    if ((await tracesOfRows(client, [place])).traceIds.length === 0) continue;
    const { source, schema, table, key } = place;
    const path = [source, schema, table, key].map(encodeURIComponent).join('/');
    written.push({
      kind: 'row',
      label: `${schema}.${table}#${key}`,
      detail: `The cascades that wrote this row of ${source}.`,
      url: `/cascades?row=${encodeURIComponent([source, schema, table, key].join('/'))}`,
      isExact: true,
      history: `/api/rows/${path}`,
    });
  }
  return written;
}

/** A system's name stands before the uuid of its action, with a dot. */
const plain = (name: string): string => name.replace(/\.$/, '').toLowerCase();

async function byName(
  client: StoreClient,
  { text, isEmail }: Searched,
  withEmails: boolean,
): Promise<SearchAnswer[]> {
  if (text.length < 2 || (isEmail && !withEmails)) return [];
  const names = await namesWith(client, text, withEmails);
  const best = names
    .toSorted(
      (a, b) =>
        Number(plain(b.text) === text.toLowerCase()) - Number(plain(a.text) === text.toLowerCase()),
    )
    .slice(0, mostOfASort * 3);
  const textOf = new Map(best.map((name) => [name.id, name.text]));
  const found = await kindsOfNames(client, [...textOf.keys()]);
  const ranked = [...textOf].flatMap(([number, name]) =>
    order.flatMap((kind) =>
      kind !== 'namedBy' && found.some((one) => one.number === number && one.kind === kind)
        ? [{ name, kind }]
        : [],
    ),
  );
  const left = new Map<AboutKind, number>();
  return ranked.flatMap(({ name, kind }) => {
    const taken = left.get(kind) ?? 0;
    left.set(kind, taken + 1);
    if (taken >= mostOfASort) return [];
    const label = kind === 'actor' ? name.replace(/\.$/, '') : name;
    return [
      {
        kind: kind === 'target' ? ('route' as const) : kind,
        label,
        detail: details[kind],
        url: `/cascades?${filterOf[kind]}=${encodeURIComponent(label)}`,
        isExact: plain(name) === text.toLowerCase(),
      },
    ];
  });
}

const details: Record<Exclude<AboutKind, 'namedBy'>, string> = {
  trigger: 'Cascades in which this trigger fired.',
  table: 'Cascades that wrote this table.',
  job: 'Cascades in which this job was called.',
  actor: 'Cascades in which this person or system wrote.',
  source: 'Cascades of this database.',
  target: 'Cascades that took this route, or were delivered to this URL.',
};
