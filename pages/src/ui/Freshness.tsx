// Whether what is shown is what the API says now, in words: live, or how old it is.
import type { ReactElement } from 'react';
import { useNow } from '../time/clock.ts';
import { formatAgo } from '../time/format.ts';
import { Glyph } from './Glyph.tsx';

/** Two missed polls of 2 s and some grace. */
const staleAfterMs = 6_000;

/** @param props.quiet says nothing while it is live */
export function Freshness(props: {
  updatedAtMs: number;
  failing: boolean;
  quiet?: boolean;
}): ReactElement {
  const nowMs = useNow(1000);
  const stale = props.failing && nowMs - props.updatedAtMs > staleAfterMs;
  return (
    <output
      className={`flex items-center gap-1.5 text-[12px] ${stale ? 'text-retry' : 'text-sub'}`}
    >
      {stale ? (
        <>
          <Glyph tone="retry" />
          {`Not live, updated ${formatAgo(props.updatedAtMs, nowMs)}`}
        </>
      ) : (
        props.quiet !== true && (
          <>
            <span className="size-[7px] rounded-full bg-ok" aria-hidden="true" />
            Live
          </>
        )
      )}
    </output>
  );
}
