// What the palette knows without the search: pages, actions, and the routes that an admin's pages have read.
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { configurationQuery } from '../admin/queries.ts';
import { useLacking, useMe } from '../api/me.ts';
import { adminPlaces, places } from '../frame/places.ts';
import { signOut } from '../frame/sign-out.ts';
import { showAbove } from '../keys/shown.ts';
import { useTheme } from '../frame/theme.ts';
import { useZone } from '../time/clock.ts';
import type { Entry, Known } from './entries.ts';
import type { Opened } from './recent.ts';

const pageEntries: readonly Entry[] = places.map(({ to, label, letter }) => ({
  id: to,
  label,
  detail: 'page',
  url: to,
  keys: ['g', letter],
}));

const adminEntries: readonly Entry[] = adminPlaces.map(({ to, label }) => ({
  id: to,
  label,
  detail: 'page',
  words: 'admin',
  url: to,
}));

export function useKnown(recent: readonly Opened[]): Known {
  const me = useMe();
  const isAdmin = useLacking('admin') === null && me !== undefined;
  const { data } = useQuery({ ...configurationQuery, enabled: isAdmin, staleTime: 15_000 });
  const theme = useTheme();
  const { zone, toggle: toggleZone } = useZone();

  return useMemo(() => {
    const actions: Entry[] = [
      ...(['light', 'dark', 'system'] as const)
        .filter((choice) => choice !== theme.choice)
        .map((choice) => ({
          id: `theme ${choice}`,
          label: `Theme: ${choice}`,
          detail: choice === 'system' ? 'as the system has it' : `${choice} surfaces`,
          words: 'appearance colours mode',
          act: () => theme.choose(choice),
        })),
      {
        id: 'zone',
        label: zone === 'UTC' ? 'Times in local time' : 'Times in UTC',
        detail: 'on every page',
        words: 'time zone switch',
        act: toggleZone,
      },
      {
        id: 'copy-link',
        label: 'Copy link',
        detail: 'to this page as it is',
        words: 'address url share',
        act: () => void navigator.clipboard.writeText(location.href),
      },
      {
        id: 'keys',
        label: 'Show keys',
        detail: 'of this page and everywhere',
        words: 'shortcuts keyboard help',
        keys: ['?'],
        act: () => showAbove('keys'),
      },
      {
        id: 'sign-out',
        label: 'Sign out',
        detail: 'ends this session',
        act: () => signOut(me?.how),
      },
    ];
    return {
      recent: recent.map((opened) => ({ id: `recent ${opened.url}`, ...opened })),
      routes: Object.keys(data?.configuration.routes ?? {}).map((name) => ({
        id: `route ${name}`,
        label: name,
        detail: 'route',
        url: `/admin/routes/${encodeURIComponent(name)}`,
      })),
      pages: isAdmin ? [...pageEntries, ...adminEntries] : pageEntries,
      actions,
    };
  }, [recent, data, isAdmin, theme, zone, toggleZone, me]);
}
