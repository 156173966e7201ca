// What surrounds every page: the rail and the top bar. Decides nothing about a page's content.
import { DesktopIcon } from '@phosphor-icons/react/Desktop';
import { MoonIcon } from '@phosphor-icons/react/Moon';
import { SignOutIcon } from '@phosphor-icons/react/SignOut';
import { SunIcon } from '@phosphor-icons/react/Sun';
import { ClockIcon } from '@phosphor-icons/react/Clock';
import { Link } from '@tanstack/react-router';
import type { ReactElement, ReactNode } from 'react';
import { setToken } from '../api/token.ts';
import { useNow, useZone } from '../time/clock.ts';
import { zoneOffset } from '../time/format.ts';
import { CascadesIcon, Mark } from '../ui/icons.tsx';
import { useTheme } from './theme.ts';

const railItem =
  'flex size-9 items-center justify-center rounded-lg text-sub hover:bg-tint hover:text-ink';

const themeIcons = { system: DesktopIcon, light: SunIcon, dark: MoonIcon } as const;

function ThemeButton(): ReactElement {
  const { choice, step } = useTheme();
  const Icon = themeIcons[choice];
  const label = `Theme: ${choice}`;
  return (
    <button type="button" className={railItem} onClick={step} aria-label={label} title={label}>
      <Icon size={16} />
    </button>
  );
}

function Rail(): ReactElement {
  return (
    <nav
      aria-label="Main"
      className="flex w-14 flex-none flex-col items-center gap-1 border-r border-line bg-base py-[13px] max-sm:h-12 max-sm:w-full max-sm:flex-row max-sm:border-r-0 max-sm:border-b max-sm:px-3 max-sm:py-0"
    >
      <Link
        to="/cascades"
        aria-label="Throughline"
        className="mb-2.5 rounded max-sm:mr-2 max-sm:mb-0"
      >
        <Mark />
      </Link>
      <Link
        to="/cascades"
        aria-label="Cascades"
        title="Cascades"
        aria-current="page"
        className={`${railItem} bg-tint text-ink`}
      >
        <CascadesIcon />
      </Link>
      <span className="flex-1" />
      <ThemeButton />
      <button
        type="button"
        className={railItem}
        aria-label="Sign out"
        title="Sign out"
        onClick={() => setToken(null)}
      >
        <SignOutIcon size={16} />
      </button>
    </nav>
  );
}

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

/** Rail, top bar with the page's own crumbs, and the page below. */
export function Frame(props: { crumbs: ReactNode; children: ReactNode }): ReactElement {
  return (
    <div className="flex h-full max-sm:flex-col">
      <Rail />
      <div className="flex min-h-0 min-w-0 flex-1 flex-col">
        <div className="flex h-12 flex-none items-center gap-3 border-b border-line bg-base px-4">
          <div className="flex min-w-0 flex-1 items-center gap-2.5 overflow-hidden whitespace-nowrap">
            {props.crumbs}
          </div>
          <ZoneButton />
        </div>
        {props.children}
      </div>
    </div>
  );
}
