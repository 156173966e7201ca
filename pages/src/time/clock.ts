// The two clocks of the interface: which zone times are shown in, and a "now" that ticks while watched.
import { useCallback, useSyncExternalStore } from 'react';
import type { Zone } from './format.ts';

const storageKey = 'throughline.zone';
let zone: Zone = 'local';
try {
  if (localStorage.getItem(storageKey) === 'UTC') zone = 'UTC';
} catch {
  // Storage is blocked: local time is used.
}
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The zone that the reader chose, and a way to switch between local time and UTC. */
export function useZone(): { zone: Zone; toggle: () => void } {
  const current = useSyncExternalStore(subscribe, () => zone);
  const toggle = useCallback(() => {
    zone = zone === 'UTC' ? 'local' : 'UTC';
    try {
      localStorage.setItem(storageKey, zone);
    } catch {
      // Storage is blocked: the choice lasts as long as this page.
    }
    for (const listener of listeners) listener();
  }, []);
  return { zone: current, toggle };
}

interface Ticker {
  listeners: Set<() => void>;
  timer: ReturnType<typeof setInterval>;
}

/** One timer for each step, however many watch. */
const tickers = new Map<number, Ticker>();

function watchTicks(stepMs: number, listener: () => void): () => void {
  let ticker = tickers.get(stepMs);
  if (ticker === undefined) {
    const watching = new Set<() => void>();
    const timer = setInterval(() => {
      for (const each of watching) each();
    }, stepMs);
    ticker = { listeners: watching, timer };
    tickers.set(stepMs, ticker);
  }
  const { listeners: watching, timer } = ticker;
  watching.add(listener);
  return () => {
    watching.delete(listener);
    if (watching.size > 0) return;
    clearInterval(timer);
    tickers.delete(stepMs);
  };
}

/** The present in ms, rounded down to `stepMs`, so that a component draws again once a step. */
export function useNow(stepMs: number): number {
  const watch = useCallback((listener: () => void) => watchTicks(stepMs, listener), [stepMs]);
  return useSyncExternalStore(watch, () => Math.floor(Date.now() / stepMs) * stepMs);
}
