// What keys mean on every page, and what the palette lists.
import { describe, expect, test } from 'vitest';
import { meaningOf, type Key } from '../../../pages/src/keys/chord.ts';
import { places } from '../../../pages/src/frame/places.ts';
import {
  resolverUrl,
  sectionsFor,
  type Entry,
  type Known,
} from '../../../pages/src/palette/entries.ts';
import type { SearchView } from '../../../src/api/search-views.ts';

const plain: Omit<Key, 'key'> = {
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  repeat: false,
  inField: false,
  inDialog: false,
};
const press = (key: string, more: Partial<Key> = {}): Key => ({ ...plain, key, ...more });

describe('a key on any page', () => {
  test('opens the palette with Ctrl or Cmd K, in a field too, whether letters are keys or not', () => {
    for (const key of [
      press('k', { ctrlKey: true }),
      press('K', { metaKey: true, inField: true }),
    ]) {
      expect(meaningOf(key, 0, null, false)).toEqual({ do: 'find' });
    }
    expect(meaningOf(press('k'), 0, null, true)).toBeNull();
    expect(meaningOf(press('k', { ctrlKey: true, altKey: true }), 0, null, true)).toBeNull();
  });

  test('leads by g and a letter to every page of the navigation, each by another letter', () => {
    expect(new Set(places.map(({ letter }) => letter)).size).toBe(places.length);
    for (const { letter, to } of places) {
      const first = meaningOf(press('g'), 1_000, null, true);
      expect(first).toMatchObject({ do: 'wait' });
      const untilMs = first?.do === 'wait' ? first.untilMs : 0;
      expect(meaningOf(press(letter), untilMs - 1, untilMs, true)).toEqual({ do: 'go', to });
      // Too late, it is the page's own key again.
      expect(meaningOf(press(letter), untilMs, untilMs, true)).toBeNull();
    }
  });

  test('means nothing to the page where it only ends what g began', () => {
    expect(meaningOf(press('n'), 1, 10, true)).toEqual({ do: 'end' });
    expect(meaningOf(press('?'), 1, 10, true)).toEqual({ do: 'end' });
  });

  test('is a letter where people write, in a dialog, with a modifier, or where they switched keys off', () => {
    for (const key of ['g', '?']) {
      expect(meaningOf(press(key, { inField: true }), 0, null, true)).toBeNull();
      expect(meaningOf(press(key, { inDialog: true }), 0, null, true)).toBeNull();
      expect(meaningOf(press(key, { ctrlKey: true }), 0, null, true)).toBeNull();
      expect(meaningOf(press(key), 0, null, false)).toBeNull();
    }
    expect(meaningOf(press('c', { inField: true }), 1, 10, true)).toBeNull();
  });
});

const page = (label: string): Entry => ({ id: label, label, detail: 'page', url: `/${label}` });
const known: Known = {
  recent: [{ id: 'recent 1', label: 'orders #7', detail: 'row', url: '/cascades?row=7' }],
  routes: [page('charge-card'), page('recharge')],
  pages: [page('Cascades'), page('Circuits')],
  actions: [
    { id: 'dark', label: 'Theme: dark', detail: '', words: 'appearance', act: () => undefined },
  ],
};
const answer = (label: string, url: string): SearchView['answers'][number] => ({
  kind: 'job',
  label,
  detail: 'a job',
  url,
  isExact: true,
});
const found = (...answers: SearchView['answers']): SearchView => ({
  text: '',
  answers,
  wrong: null,
});
const labels = (text: string, view: SearchView | null): string[] =>
  sectionsFor(text, known, view).flatMap(({ items }) => items.map(({ label }) => label));

describe('the palette', () => {
  test('without a text lists what was opened lately, pages and actions, and no answer of the API', () => {
    expect(labels(' ', found(answer('x', '/x')))).toEqual([
      'orders #7',
      'Cascades',
      'Circuits',
      'Theme: dark',
    ]);
  });

  test('never moves what stands there when the answer comes, nor lists anything twice', () => {
    for (const text of ['c', 'charge', 'theme', 'appearance', 'orders#7', 'zzz']) {
      const before = labels(text, null);
      const late = found(answer('late', '/late'), answer('charge-card', '/charge-card'));
      const after = labels(text, late);
      expect(after.slice(0, before.length)).toEqual(before);
      expect(new Set(after).size).toBe(after.length);
      expect(after).toContain('late');
    }
  });

  test('nor what stands there when an admin’s routes have been read', () => {
    for (const text of ['', 'c', 'charge', 'theme']) {
      const before = sectionsFor(text, { ...known, routes: [] }, null).flatMap(
        ({ items }) => items,
      );
      expect(labels(text, null).slice(0, before.length)).toEqual(before.map(({ label }) => label));
    }
  });

  test('puts what begins with the text before what only has it', () => {
    expect(labels('charge', null)).toEqual(['charge-card', 'recharge']);
    expect(labels('dark theme', null)).toEqual(['Theme: dark']);
  });

  test('leads from a row to the cascades that wrote it first, then to its history', () => {
    const row = {
      ...answer('public.orders#42', '/cascades?row=shop%2Fpublic%2Forders%2F42'),
      history: '/api/rows/shop/public/orders/42',
    };
    const items = sectionsFor('charge', known, found(row)).at(-1)?.items;
    expect(items?.map((entry) => [entry.label, 'url' in entry && entry.url])).toEqual([
      ['public.orders#42', '/cascades?row=shop%2Fpublic%2Forders%2F42'],
      ['History of public.orders#42', '/rows/shop/public/orders/42'],
    ]);
  });

  test('hands every text to the resolver as one part of its address', () => {
    for (const text of ['orders#42', 'a/b', 'x?y=1', '100%']) {
      const url = new URL(resolverUrl(` ${text} `), 'https://throughline.example');
      expect(decodeURIComponent(url.pathname.slice('/id/'.length))).toBe(text);
      expect(url.search + url.hash).toBe('');
    }
  });
});
