// A cascade with only what the filters keep. Causes that are left out take their links with them; what is kept
// keeps its causes, since filters keep them too. Pure.
import type { Cascade, Cause } from './model.ts';

/** @param keep 1 for what is kept, in the order of `cascade.order` */
export function narrow(cascade: Cascade, keep: Uint8Array): Cascade {
  const order = cascade.order.filter((_, index) => keep[index] === 1);
  const nodes = new Map(order.map(({ node }) => [node.id, node]));
  const causeOf = new Map<string, Cause>();
  const effectsOf = new Map<string, Cause[]>();
  for (const { node } of order) {
    const cause = cascade.causeOf.get(node.id);
    if (cause === undefined || !nodes.has(cause.from)) continue;
    causeOf.set(node.id, cause);
    const effects = effectsOf.get(cause.from);
    if (effects === undefined) effectsOf.set(cause.from, [cause]);
    else effects.push(cause);
  }
  return { ...cascade, order, nodes, causeOf, effectsOf };
}
