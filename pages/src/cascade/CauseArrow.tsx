// An arrow of cause: solid is certain, dashed is weak and says its rule, dotted is named but not recorded. Ours and no edge
// of React Flow's, which would follow every move of the camera to find out where its ends are.
import { memo, type ReactElement } from 'react';
import type { Arrow } from './layout.ts';
import { useIsOnPath } from './view-store.ts';

const dash = { certain: undefined, weak: '7 5', pending: '1.5 4.5' } as const;

/** Inside an SVG whose units are the diagram's. What it says stands in the name of the node that it leads to. */
export const CauseArrow = memo(function CauseArrow({ arrow }: { arrow: Arrow }): ReactElement {
  const { fromX, toX, y, cause } = arrow;
  const onPath = useIsOnPath(cause.to);
  const right = toX > fromX;
  const headX = right ? toX - 7 : toX + 7;
  const colour = onPath ? 'var(--tl-ink)' : 'var(--tl-wire)';
  return (
    <>
      <path
        d={`M${fromX} ${y}H${headX}`}
        fill="none"
        stroke={colour}
        strokeWidth={onPath ? 2 : 1.25}
        strokeDasharray={dash[cause.evidence]}
        strokeLinecap={cause.evidence === 'pending' ? 'round' : 'butt'}
      />
      <path d={`M${toX} ${y}l${right ? -7 : 7} -4v8z`} fill={colour} />
      <circle cx={fromX} cy={y} r="2.5" fill={colour} />
    </>
  );
});

/** The rule of a weak link, on its arrow. */
export const ArrowCaption = memo(function ArrowCaption(props: {
  caption: NonNullable<Arrow['caption']>;
  targetId: string;
}): ReactElement {
  const { x, y, width, text, title } = props.caption;
  const onPath = useIsOnPath(props.targetId);
  return (
    <span
      title={title}
      className={`pointer-events-auto absolute flex h-[18px] items-center justify-center rounded-full border border-dashed bg-canvas text-[11px] font-medium whitespace-nowrap ${onPath ? 'border-ink text-ink' : 'border-wire text-sub'}`}
      style={{ left: x, top: y, width }}
    >
      {text}
    </span>
  );
});
