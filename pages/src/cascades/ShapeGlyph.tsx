// The shape of a cascade in 62 x 18 px: one bar a depth, deliveries on a log scale.
import type { ReactElement } from 'react';
import { shapeHeights } from './feed.ts';

const maxBars = 9;

export function ShapeGlyph({ shape }: { shape: number[] }): ReactElement {
  const heights = shapeHeights(shape.slice(0, maxBars));
  const label = shape.length === 0 ? 'no deliveries' : `deliveries per depth: ${shape.join(', ')}`;
  return (
    <svg width="62" height="18" role="img" aria-label={label} className="block text-wire">
      <title>{label}</title>
      {heights.map((height, depth) => {
        const size = Math.max(4, Math.round(height * 16));
        return (
          <rect
            key={depth}
            x={depth * 7}
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
