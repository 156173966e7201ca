// How wide a trace is at each depth: the glyph that a list shows of it.

type Caused = { key: string; causeKey: string | null };
type Delivered = { key: string; eventKey: string };

const none = -1;

/**
 * Deliveries per depth, depth 1 first. An event whose cause is unknown, or not here, counts as a root.
 * A circle of causes, which only broken data can hold, is cut where it closes.
 */
export function traceShape(events: readonly Caused[], deliveries: readonly Delivered[]): number[] {
  // Chains of places: a list for each event and each delivery would be most of the work.
  const placeOf = new Map<string, number>();
  const ofEvent = new Map<string, number>();
  const nextDelivery = new Int32Array(deliveries.length);
  deliveries.forEach(({ key, eventKey }, place) => {
    placeOf.set(key, place);
    nextDelivery[place] = ofEvent.get(eventKey) ?? none;
    ofEvent.set(eventKey, place);
  });
  // What each delivery caused, and last what nothing here did.
  const roots = deliveries.length;
  const caused = new Int32Array(roots + 1).fill(none);
  const nextEvent = new Int32Array(events.length);
  events.forEach(({ causeKey }, place) => {
    const cause = causeKey === null ? roots : (placeOf.get(causeKey) ?? roots);
    nextEvent[place] = caused[cause] ?? none;
    caused[cause] = place;
  });

  const isCounted = new Uint8Array(roots);
  const shape: number[] = [];
  for (let level = [roots]; level.length > 0;) {
    const next: number[] = [];
    for (const cause of level) {
      for (let event = caused[cause] ?? none; event !== none; event = nextEvent[event] ?? none) {
        const first = ofEvent.get(events[event]?.key ?? '') ?? none;
        for (let at = first; at !== none; at = nextDelivery[at] ?? none) {
          if (isCounted[at] === 1) continue;
          isCounted[at] = 1;
          next.push(at);
        }
      }
    }
    if (next.length > 0) shape.push(next.length);
    level = next;
  }
  return shape;
}
