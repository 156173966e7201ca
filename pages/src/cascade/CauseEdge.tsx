// An arrow of cause: solid is certain, dashed is weak and says its rule, dotted is named but not recorded.
import { EdgeLabelRenderer, type EdgeProps, type EdgeTypes } from '@xyflow/react';
import { memo, type ReactElement } from 'react';
import type { DrawnEdge } from './drawn.ts';
import { useIsOnPath } from './view-store.ts';

const dash = { certain: undefined, weak: '7 5', pending: '1.5 4.5' } as const;

const CauseEdge = memo(function CauseEdge({
  target,
  data,
}: EdgeProps<DrawnEdge>): ReactElement | null {
  const onPath = useIsOnPath(target);
  if (data === undefined) return null;
  const { fromX, toX, y, cause, caption } = data.arrow;
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
      {caption !== null && (
        <EdgeLabelRenderer>
          <span
            title={caption.title}
            className={`pointer-events-auto absolute flex h-[18px] items-center justify-center rounded-full border border-dashed bg-canvas text-[11px] font-medium whitespace-nowrap ${onPath ? 'border-ink text-ink' : 'border-wire text-sub'}`}
            style={{
              left: caption.x,
              top: caption.y,
              width: caption.width,
            }}
          >
            {caption.text}
          </span>
        </EdgeLabelRenderer>
      )}
    </>
  );
});

/** Constant, as React Flow asks for. */
export const edgeTypes: EdgeTypes = { cause: CauseEdge };
