// How wide a trace is at each depth: the glyph that a list shows of it.

type Caused = { key: string; causeKey: string | null };
type Delivered = { key: string; eventKey: string };

/**
 * Deliveries per depth, depth 1 first. An event whose cause is unknown, or not here, counts as a root.
 * A circle of causes, which only broken data can hold, is cut where it closes.
 */
export function traceShape(events: readonly Caused[], deliveries: readonly Delivered[]): number[] {
  const here = new Set(deliveries.map(({ key }) => key));
  const ofEvent = Map.groupBy(deliveries, ({ eventKey }) => eventKey);
  const causedBy = Map.groupBy(events, ({ causeKey }) =>
    causeKey !== null && here.has(causeKey) ? causeKey : '',
  );
  const shape: number[] = [];
  let level = [''];
  while (level.length > 0) {
    const next: string[] = [];
    for (const cause of level) {
      for (const event of causedBy.get(cause) ?? []) {
        for (const { key } of ofEvent.get(event.key) ?? []) if (here.delete(key)) next.push(key);
      }
    }
    if (next.length > 0) shape.push(next.length);
    level = next;
  }
  return shape;
}
