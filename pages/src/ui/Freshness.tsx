// Whether what is shown is what the API says now, in words: live, or how old it is, or how it comes.
import type { ReactElement } from 'react';
import { useLiveState } from '../live/live.ts';
import { useNow } from '../time/clock.ts';
import { formatAgo } from '../time/format.ts';
import { Glyph } from './Glyph.tsx';

/** Two missed polls of 2 s and some grace. */
const staleAfterMs = 6_000;

/**
 * @param props.quiet says nothing while it is live
 * @param props.ofBefore what is shown is of another choice than the one that is on its way
 * @param props.fed what is shown comes by the live feed: says so where it does not now
 */
export function Freshness(props: {
  updatedAtMs: number;
  failing: boolean;
  quiet?: boolean;
  fed?: boolean;
  ofBefore?: boolean;
}): ReactElement {
  const nowMs = useNow(1000);
  const live = useLiveState();
  const stale =
    props.ofBefore !== true && props.failing && nowMs - props.updatedAtMs > staleAfterMs;
  return (
    <output
      className={`flex items-center gap-1.5 text-[12px] whitespace-nowrap ${stale ? 'text-retry' : 'text-sub'}`}
    >
      {props.ofBefore === true ? (
        <span className="animate-[appear-late_1ms_150ms_both]">
          Loading, still as chosen before
        </span>
      ) : stale ? (
        <>
          <Glyph tone="retry" />
          {`Not live, updated ${formatAgo(props.updatedAtMs, nowMs)}`}
        </>
      ) : (
        <Source state={props.fed === true ? live : 'live'} quiet={props.quiet === true} />
      )}
    </output>
  );
}

function Source(props: {
  state: ReturnType<typeof useLiveState>;
  quiet: boolean;
}): ReactElement | null {
  if (props.state === 'polling') {
    return (
      <span
        className="flex items-center gap-1.5"
        title="The live feed is out of reach. What is shown is asked for every few seconds instead."
      >
        <span className="size-[7px] rounded-full border border-current" aria-hidden="true" />
        Polling
      </span>
    );
  }
  if (props.quiet) return null;
  // What was just lost is asked for meanwhile: until it has been away for long, that is no news.
  const isThere = props.state === 'live';
  return (
    <>
      <span
        className={`size-[7px] rounded-full ${isThere ? 'bg-ok' : 'border border-current'}`}
        aria-hidden="true"
      />
      {isThere ? 'Live' : 'Connecting'}
    </>
  );
}
