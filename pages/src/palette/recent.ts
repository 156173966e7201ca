// What the reader opened from the palette lately, latest first. Lives as long as the tab, and not longer than the
// reader's session: what they were allowed to see is nobody else's.
import { subscribeToken } from '../api/token.ts';

export type Opened = { label: string; detail: string; url: string };

const storageKey = 'throughline.recent';
const atMost = 6;
let recent: readonly Opened[] = read();

function read(): readonly Opened[] {
  try {
    const stored: unknown = JSON.parse(sessionStorage.getItem(storageKey) ?? '[]');
    return Array.isArray(stored) ? stored.filter(isOpened) : [];
  } catch {
    // Storage is blocked, or what is there is not ours.
    return [];
  }
}

function isOpened(value: unknown): value is Opened {
  if (typeof value !== 'object' || value === null) return false;
  const texts = ['label', 'detail', 'url'].map((field): unknown => Reflect.get(value, field));
  // Of this site only: storage is no place to be sent elsewhere from.
  return texts.every((text) => typeof text === 'string') && /^\/(?!\/)/.test(String(texts[2]));
}

function keep(next: readonly Opened[]): void {
  recent = next;
  try {
    sessionStorage.setItem(storageKey, JSON.stringify(next));
  } catch {
    // Storage is blocked: it lasts as long as this page.
  }
}

subscribeToken(() => keep([]));

export function recentlyOpened(): readonly Opened[] {
  return recent;
}

export function noteOpened(opened: Opened): void {
  keep([opened, ...recent.filter(({ url }) => url !== opened.url)].slice(0, atMost));
}
