// What surrounds every page: the navigation and the top bar. Decides nothing about a page's content.
import { ClockIcon } from '@phosphor-icons/react/Clock';
import type { ReactElement, ReactNode } from 'react';
import { Everywhere } from '../keys/Everywhere.tsx';
import type { KeyLine } from '../keys/key-lines.ts';
import { useNow, useZone } from '../time/clock.ts';
import { zoneOffset } from '../time/format.ts';
import { Masked } from './Masked.tsx';
import { Navigation } from './Navigation.tsx';

function ZoneButton(): ReactElement {
  const { zone, toggle } = useZone();
  const nowMs = useNow(60_000);
  const city = new Intl.DateTimeFormat().resolvedOptions().timeZone.split('/').at(-1) ?? 'Local';
  const offset = zoneOffset(nowMs, zone);
  const name =
    zone === 'UTC' || offset === city ? offset : `${city.replaceAll('_', ' ')}, ${offset}`;
  const other = zone === 'UTC' ? 'local time' : 'UTC';
  return (
    <button
      type="button"
      className="btn text-sub"
      onClick={toggle}
      title={`Times are shown in ${name}. Switch to ${other}.`}
      aria-label={`Time zone ${name}, switch to ${other}`}
    >
      <ClockIcon size={14} />
      {name}
    </button>
  );
}

const none: readonly KeyLine[] = [];

/** Navigation, top bar with the page's own crumbs, and the page below. `narrow` leaves the page all the width. */
export function Frame(props: {
  crumbs: ReactNode;
  children: ReactNode;
  narrow?: boolean;
  /** What keys do on this page, for the sheet of keys. */
  keys?: readonly KeyLine[];
}): ReactElement {
  return (
    <div className="flex h-full max-sm:flex-col">
      <Navigation narrow={props.narrow ?? false} />
      <div className="flex min-h-0 min-w-0 flex-1 flex-col">
        <header className="flex h-12 flex-none items-center gap-3 border-b border-line bg-base px-4">
          <div className="flex min-w-0 flex-1 items-center gap-2.5 overflow-hidden whitespace-nowrap">
            {props.crumbs}
          </div>
          <Everywhere keys={props.keys ?? none} />
          <Masked />
          <ZoneButton />
        </header>
        {props.children}
      </div>
    </div>
  );
}
