// The shape of a cascade in 62 x 18 px: one bar a depth, deliveries on a log scale. Of a large one a list knows none.
import type { ReactElement } from 'react';
import { shapeBars } from './feed.ts';

const maxBars = 9;

export function ShapeGlyph(props: { shape: number[]; deliveries: number }): ReactElement {
  const { shape, deliveries } = props;
  if (shape.length === 0 && deliveries > 0) {
    const all = `${deliveries.toLocaleString('en')} deliveries: its shape shows when it is opened`;
    return (
      <span title={all} className="text-[11px] text-sub">
        large<span className="sr-only">, {all}</span>
      </span>
    );
  }
  const bars = shapeBars(shape.slice(0, maxBars));
  const label = shape.length === 0 ? 'no deliveries' : `deliveries per depth: ${shape.join(', ')}`;
  return (
    <svg width="62" height="18" role="img" aria-label={label} className="block text-wire">
      <title>{label}</title>
      {bars.map(({ depth, height }) => {
        const size = Math.max(4, Math.round(height * 16));
        return (
          <rect
            key={depth}
            x={(depth - 1) * 7}
            y={(18 - size) / 2}
            width="5"
            height={size}
            rx="1.5"
            fill="currentColor"
          />
        );
      })}
    </svg>
  );
}
