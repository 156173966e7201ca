// Which deliveries of a cascade follow from one of them, itself the first. Pure.
import type { StoredDelivery, StoredEvent } from '../store/read-rows.ts';

type Nodes = { events: readonly StoredEvent[]; deliveries: readonly StoredDelivery[] };

/** Over links of any evidence, in the order of time in which `nodes` are. */
export function followingDeliveries(nodes: Nodes, fromId: string): StoredDelivery[] {
  const eventsOf = new Map<string, string[]>();
  for (const { source, id, link } of nodes.events) {
    if (!link?.deliveryId) continue;
    const caused = eventsOf.get(link.deliveryId) ?? [];
    caused.push(JSON.stringify([source, id]));
    eventsOf.set(link.deliveryId, caused);
  }
  const deliveriesOf = new Map<string, string[]>();
  for (const { source, eventId, id } of nodes.deliveries) {
    const event = JSON.stringify([source, eventId]);
    const sent = deliveriesOf.get(event) ?? [];
    sent.push(id);
    deliveriesOf.set(event, sent);
  }
  const found = new Set([fromId]);
  // A Set that grows while it is walked gives what was added too.
  for (const id of found) {
    for (const event of eventsOf.get(id) ?? []) {
      for (const next of deliveriesOf.get(event) ?? []) found.add(next);
    }
  }
  return nodes.deliveries.filter(({ id }) => found.has(id));
}
