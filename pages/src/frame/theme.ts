// The theme: what the reader chose, and what that comes to. The first paint is set by public/theme.js.
import { useMemo, useSyncExternalStore } from 'react';

export type ThemeChoice = 'system' | 'light' | 'dark';

const storageKey = 'throughline.theme';
const darkQuery = matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set<() => void>();
let choice: ThemeChoice = 'system';
try {
  const stored = localStorage.getItem(storageKey);
  if (stored === 'light' || stored === 'dark') choice = stored;
} catch {
  // Storage is blocked: the system's theme is used.
}

function apply(): void {
  const dark = choice === 'dark' || (choice === 'system' && darkQuery.matches);
  document.documentElement.dataset['mode'] = dark ? 'dark' : 'light';
}
darkQuery.addEventListener('change', apply);

const next: Record<ThemeChoice, ThemeChoice> = { system: 'light', light: 'dark', dark: 'system' };

function choose(chosen: ThemeChoice): void {
  choice = chosen;
  try {
    localStorage.setItem(storageKey, choice);
  } catch {
    // Storage is blocked: the choice lasts as long as this page.
  }
  apply();
  for (const listener of listeners) listener();
}

function step(): void {
  choose(next[choice]);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export type Theme = {
  choice: ThemeChoice;
  choose: (choice: ThemeChoice) => void;
  /** To the next one: system, light, dark. */
  step: () => void;
};

export function useTheme(): Theme {
  const current = useSyncExternalStore(subscribe, () => choice);
  return useMemo(() => ({ choice: current, choose, step }), [current]);
}
