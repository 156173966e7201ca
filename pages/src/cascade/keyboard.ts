// Which node a key leads to: up and down in time, left to the cause, right to the first effect, e and E to
// the next and previous problem. Pure.
import { nodeOutcome } from './describe.ts';
import type { Layout } from './layout.ts';
import type { Cascade } from './model.ts';

/** The next selection; undefined where the key leads nowhere. */
export function moveSelection(
  cascade: Cascade,
  layout: Layout,
  selectedId: string | null,
  key: string,
): string | undefined {
  const ids = layout.nodes.map(({ node }) => node.id);
  const at = selectedId === null ? -1 : ids.indexOf(selectedId);
  switch (key) {
    case 'ArrowDown':
      return ids[Math.min(ids.length - 1, at + 1)];
    case 'ArrowUp':
      return at === -1 ? ids[0] : ids[Math.max(0, at - 1)];
    case 'Home':
      return ids[0];
    case 'End':
      return ids.at(-1);
    case 'ArrowLeft':
      return selectedId === null ? ids[0] : cascade.causeOf.get(selectedId)?.from;
    case 'ArrowRight':
      return selectedId === null ? ids[0] : cascade.effectsOf.get(selectedId)?.[0]?.to;
    case 'e':
    case 'E': {
      const bad = (id: string): boolean => {
        const node = cascade.nodes.get(id);
        return node !== undefined && ['fail', 'retry'].includes(nodeOutcome(node).tone);
      };
      const later = [...ids.slice(at + 1), ...ids.slice(0, Math.max(0, at))];
      return key === 'e' ? later.find(bad) : later.findLast(bad);
    }
    default:
      return undefined;
  }
}
