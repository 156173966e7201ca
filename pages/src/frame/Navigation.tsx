// The way to each page, and what belongs to the reader: theme, signing out. Wide where there is room, else a rail.
import { DesktopIcon } from '@phosphor-icons/react/Desktop';
import { HouseIcon } from '@phosphor-icons/react/House';
import { LightningIcon } from '@phosphor-icons/react/Lightning';
import { MoonIcon } from '@phosphor-icons/react/Moon';
import { PathIcon } from '@phosphor-icons/react/Path';
import { PlugsIcon } from '@phosphor-icons/react/Plugs';
import { SignOutIcon } from '@phosphor-icons/react/SignOut';
import { SunIcon } from '@phosphor-icons/react/Sun';
import { TargetIcon } from '@phosphor-icons/react/Target';
import { TrayIcon } from '@phosphor-icons/react/Tray';
import { UserCircleIcon } from '@phosphor-icons/react/UserCircle';
import { useQuery } from '@tanstack/react-query';
import { Link, useRouterState } from '@tanstack/react-router';
import type { ReactElement, ReactNode } from 'react';
import { circuitsQuery, deadLettersQuery } from '../api/queries.ts';
import { useMe } from '../api/me.ts';
import { CascadesIcon, Mark } from '../ui/icons.tsx';
import { places, type Place } from './places.ts';
import { signOut } from './sign-out.ts';
import { useTheme } from './theme.ts';

const icons: Record<Place['to'], ReactElement> = {
  '/': <HouseIcon size={16} />,
  '/cascades': <CascadesIcon />,
  '/jobs': <LightningIcon size={16} />,
  '/dead': <TrayIcon size={16} />,
  '/circuits': <PlugsIcon size={16} />,
  '/coverage': <TargetIcon size={16} />,
  '/admin/routes': <PathIcon size={16} />,
};

const themeIcons = { system: DesktopIcon, light: SunIcon, dark: MoonIcon } as const;

/** An icon of 36 px; with its word beside it where the navigation is wide. */
const item =
  'relative flex size-9 max-sm:size-8 flex-none items-center justify-center gap-2.5 rounded-lg text-sub hover:bg-tint hover:text-ink aria-[current=page]:bg-tint aria-[current=page]:text-ink';
const wideItem = 'xl:h-[34px] xl:w-full xl:justify-start xl:px-2.5';

/** Where there is no room for it, it is only read aloud. */
function Word({ wide, children }: { wide: boolean; children: ReactNode }): ReactElement {
  return wide ? (
    <span className="min-w-0 flex-1 truncate text-left font-medium max-xl:sr-only">{children}</span>
  ) : (
    <span className="sr-only">{children}</span>
  );
}

/** "41", "100+", nothing for none: dead letters that wait for somebody. */
function useDeadCount(): string | null {
  const { data } = useQuery(deadLettersQuery);
  if (data === undefined || data.deadLetters.length === 0) return null;
  return `${data.deadLetters.length}${data.nextCursor === null ? '' : '+'}`;
}

/** Destinations that are skipped or disabled; nothing for none. */
function useOpenCount(): string | null {
  const { data } = useQuery(circuitsQuery);
  const open = data?.circuits.filter(({ state }) => state !== 'closed').length ?? 0;
  return open === 0 ? null : String(open);
}

function Count({ text, wide }: { text: string; wide: boolean }): ReactElement {
  const at = 'absolute -top-0.5 -right-0.5 h-4 min-w-4 px-1 leading-4';
  return (
    <span
      className={`rounded-full bg-fail-tint text-center text-[11px] font-medium text-fail ${
        wide ? `${at} xl:static xl:px-1.5` : at
      }`}
    >
      {text}
    </span>
  );
}

function ThemeButton({ wide }: { wide: boolean }): ReactElement {
  const { choice, step } = useTheme();
  const Icon = themeIcons[choice];
  const label = `Theme: ${choice}`;
  return (
    <button
      type="button"
      className={`${item} ${wide ? wideItem : ''}`}
      onClick={step}
      title={label}
    >
      <Icon size={16} />
      <Word wide={wide}>{label}</Word>
    </button>
  );
}

/** Who the reader is and may, as the API says. */
function SignedInAs({ wide }: { wide: boolean }): ReactElement | null {
  const me = useMe();
  if (me === undefined) return null;
  const text = `${me.name}, ${me.role}`;
  return (
    <span
      title={`Signed in as ${text}`}
      className={`flex size-9 flex-none items-center justify-center gap-2.5 text-sub max-sm:hidden ${wide ? wideItem : ''}`}
    >
      <UserCircleIcon size={16} aria-hidden="true" />
      <span className="sr-only">Signed in as </span>
      <Word wide={wide}>
        <b className="font-semibold">{me.role}</b> {me.name}
      </Word>
    </span>
  );
}

export function Navigation({ narrow }: { narrow: boolean }): ReactElement {
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const counts: Record<string, string | null> = {
    '/dead': useDeadCount(),
    '/circuits': useOpenCount(),
  };
  const wide = !narrow;
  const me = useMe();
  return (
    <nav
      aria-label="Main"
      className={`flex w-14 flex-none flex-col items-center gap-1 border-r border-line bg-base py-[13px] max-sm:h-12 max-sm:w-full max-sm:flex-row max-sm:border-r-0 max-sm:border-b max-sm:gap-0 max-sm:px-2 max-sm:py-0 ${
        wide ? 'xl:w-[212px] xl:items-stretch xl:px-2.5' : ''
      }`}
    >
      <Link
        to="/"
        aria-label="Throughline"
        className={`mb-2.5 flex items-center gap-2.5 rounded max-sm:mr-1 max-sm:mb-0 max-[339px]:hidden ${wide ? 'xl:px-2' : ''}`}
      >
        <Mark />
        <span
          aria-hidden="true"
          className={`hidden text-[15px] font-semibold tracking-[-0.01em] ${wide ? 'xl:inline' : ''}`}
        >
          Throughline
        </span>
      </Link>
      {places.map(({ to, below, label }) => {
        const count = counts[to] ?? null;
        const name = count === null ? label : `${label}, ${count}`;
        return (
          <Link
            key={to}
            to={to}
            title={name}
            aria-current={
              path === to || below.some((prefix) => path.startsWith(prefix)) ? 'page' : undefined
            }
            className={`${item} ${wide ? wideItem : ''}`}
          >
            {icons[to]}
            <Word wide={wide}>{label}</Word>
            {count !== null && <span className="sr-only">, </span>}
            {count !== null && <Count text={count} wide={wide} />}
          </Link>
        );
      })}
      <span className="flex-1" />
      <SignedInAs wide={wide} />
      <ThemeButton wide={wide} />
      <button
        type="button"
        className={`${item} ${wide ? wideItem : ''}`}
        title="Sign out"
        onClick={() => signOut(me?.how)}
      >
        <SignOutIcon size={16} />
        <Word wide={wide}>Sign out</Word>
      </button>
    </nav>
  );
}
