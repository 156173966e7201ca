// Which node of the sequence a key leads to: up and down in time, left to the cause, right to the first effect,
// `[` and `]` to the effect of the same cause before and after. Pure.
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
    case '[':
    case ']': {
      const from = selectedId === null ? undefined : cascade.causeOf.get(selectedId)?.from;
      const effects = from === undefined ? [] : (cascade.effectsOf.get(from) ?? []);
      const place = effects.findIndex(({ to }) => to === selectedId);
      return place === -1 ? undefined : effects[place + (key === ']' ? 1 : -1)]?.to;
    }
    default:
      return undefined;
  }
}
