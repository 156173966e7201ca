// The view's state in the address: what is selected, filtered, folded and looked at, and how each is changed.
// Steps that somebody takes on purpose go into the history, what merely follows replaces.
import { useNavigate, useRouter } from '@tanstack/react-router';
import { useEffect, useMemo, useState } from 'react';
import { Resting } from './resting.ts';
import {
  changed,
  foldsOf,
  foldText,
  opensOf,
  openText,
  type CascadeSearch,
  type PanelTab,
  type View,
} from './search.ts';

export interface ViewActions {
  /** By key: replaces. */
  select: (id: string | null) => void;
  /** By pointer: a step that Back undoes. */
  pick: (id: string) => void;
  setTab: (tab: PanelTab) => void;
  setView: (view: View) => void;
  setFind: (text: string) => void;
  toggleProblems: () => void;
  togglePath: () => void;
  /** `select` moves the selection along, to the folded node, where it would be hidden. */
  toggleFold: (idHash: number, select?: string) => void;
  toggleGroup: (hash: number) => void;
  showMore: (hash: number) => void;
  setStretch: (stretch: { t0: number; t1: number } | null) => void;
  /** Kept in the address when nothing has moved for a while: each scroll and each turn of a wheel comes to rest once. */
  lookAt: (look: Look) => void;
  clearFilters: () => void;
}

interface Look {
  at?: string | undefined;
  zoom?: number | undefined;
}

/** Writing an address draws the page again, and browsers allow some hundred in half a minute. */
const restMs = 250;

export function useViewState(): ViewActions {
  const navigate = useNavigate({ from: '/c/$traceId' });
  const { history } = useRouter();
  const [looks] = useState(() => new Resting<Look>(restMs));
  useEffect(() => () => void looks.take(), [looks]);
  return useMemo(() => {
    const go = (
      change: (before: CascadeSearch) => Parameters<typeof changed>[1],
      replace: boolean,
    ): void => {
      // The camera comes to rest after somebody has left: that must not take them back.
      if (!history.location.pathname.startsWith('/c/')) return;
      // Whoever goes back from a step comes back to what was looked at before it.
      const seen = looks.take();
      const now = (before: CascadeSearch): CascadeSearch => changed(before, seen ?? {});
      if (seen !== null && !replace) void navigate({ search: now, replace: true });
      void navigate({
        search: (before) => {
          const known = now(before);
          return changed(known, change(known));
        },
        replace,
      });
    };
    return {
      select: (id) => go(() => ({ sel: id ?? undefined }), true),
      pick: (id) => go(() => ({ sel: id }), false),
      setTab: (tab) => go(() => ({ tab }), true),
      setView: (view) => go(() => ({ view }), false),
      setFind: (text) => go(() => ({ q: text === '' ? undefined : text }), true),
      toggleProblems: () =>
        go(({ only }) => ({ only: only === undefined ? 'problems' : undefined }), false),
      togglePath: () => go(({ path }) => ({ path: path === undefined ? true : undefined }), false),
      toggleFold: (idHash, select) =>
        go((before) => {
          const folded = foldsOf(before);
          const next = folded.includes(idHash)
            ? folded.filter((other) => other !== idHash)
            : [...folded, idHash];
          return { fold: foldText(next), ...(select === undefined ? {} : { sel: select }) };
        }, true),
      toggleGroup: (hash) =>
        go((before) => {
          const open = opensOf(before);
          const next: [number, number][] = open.some(([other]) => other === hash)
            ? open.filter(([other]) => other !== hash)
            : [...open, [hash, 1]];
          return { open: openText(next) };
        }, true),
      showMore: (hash) =>
        go(
          (before) => ({
            open: openText(
              opensOf(before).map(([other, pages]) => [other, other === hash ? pages + 1 : pages]),
            ),
          }),
          true,
        ),
      setStretch: (stretch) => go(() => ({ t0: stretch?.t0, t1: stretch?.t1 }), false),
      lookAt: (look) => looks.put(look, () => go(() => ({}), true)),
      clearFilters: () => go(() => ({ only: undefined, path: undefined, q: undefined }), false),
    };
  }, [navigate, history, looks]);
}
