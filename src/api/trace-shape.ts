// How wide a trace is at each depth: the glyph that a list shows of it.

type Caused = { key: string; causeDeliveryId: string | null };
type Delivered = { id: string; eventKey: string };

/**
 * Deliveries per depth, depth 1 first. An event whose cause is unknown, or not here, counts as a root.
 * A circle of causes, which only broken data can hold, is cut where it closes.
 */
export function traceShape(events: readonly Caused[], deliveries: readonly Delivered[]): number[] {
  const here = new Set(deliveries.map((delivery) => delivery.id));
  const byEvent = Map.groupBy(deliveries, (delivery) => delivery.eventKey);
  const byCause = Map.groupBy(events, (event) =>
    event.causeDeliveryId !== null && here.has(event.causeDeliveryId) ? event.causeDeliveryId : '',
  );
  const shape: number[] = [];
  const seen = new Set<string>();
  let level = (byCause.get('') ?? []).flatMap((event) => byEvent.get(event.key) ?? []);
  while (level.length > 0) {
    const fresh = level.filter((delivery) => !seen.has(delivery.id));
    for (const delivery of fresh) seen.add(delivery.id);
    if (fresh.length > 0) shape.push(fresh.length);
    level = fresh
      .flatMap((delivery) => byCause.get(delivery.id) ?? [])
      .flatMap((event) => byEvent.get(event.key) ?? []);
  }
  return shape;
}
