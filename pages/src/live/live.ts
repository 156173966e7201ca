// The page's live feed, put together: it begins once the API has let this reader in, ends when they sign out, and
// has the queries fetched anew that its news concerns. Components read its state from here.
import type { QueryClient } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { isRefused } from '../api/http.ts';
import { currentToken, subscribeToken } from '../api/token.ts';
import { LiveConnection, type LiveState } from './connection.ts';
import { Refresher } from './refresh.ts';

/** src/live/protocol.ts has it too; the dashboard knows that by types only. */
const protocol = 'throughline.live.v1';

let state: LiveState = 'off';
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Whether news comes by itself now. */
export function isLiveNow(): boolean {
  return state === 'live';
}

export function useLiveState(): LiveState {
  return useSyncExternalStore(subscribe, () => state);
}

/** To be called once. */
export function followLive(client: QueryClient): void {
  const refresher = new Refresher(
    (question) =>
      client.invalidateQueries({
        queryKey: question,
        predicate: ({ state: { error } }) => !isRefused(error),
      }),
    (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  );
  const connection = new LiveConnection({
    open: ({ heard, closed }) => {
      const offered = [protocol, `bearer.${base64url(currentToken() ?? '')}`];
      const socket = new WebSocket(address(), offered);
      socket.addEventListener('message', ({ data }: MessageEvent<unknown>) => heard(data));
      socket.addEventListener('close', ({ code }) => closed(code));
      return socket;
    },
    after: (ms, work) => {
      const timer = setTimeout(work, ms);
      return () => clearTimeout(timer);
    },
    now: () => Date.now(),
    random: () => Math.random(),
    onState: (next) => {
      const wasLive = state === 'live';
      state = next;
      for (const listener of listeners) listener();
      // How often a query asks is looked at when it has an answer: without news it asks more often again.
      if (wasLive && next !== 'off') refresher.take({ of: 'everything' });
    },
    onNews: (news) => refresher.take(news),
  });
  // A socket that is refused tells nobody why: the first answer of the API says whether the token is right.
  client.getQueryCache().subscribe((event) => {
    const isAnswer = event.type === 'updated' && event.action.type === 'success';
    if (isAnswer && currentToken() !== null) connection.start();
  });
  subscribeToken(() => connection.stop());
  window.addEventListener('online', () => connection.hurry());
  window.addEventListener('offline', () => connection.lose());
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) connection.hurry();
  });
}

function address(): string {
  const url = new URL('/api/live', location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  url.search = '';
  url.hash = '';
  return url.href;
}

/** Of a token's bytes, without padding: what a subprotocol's name may hold (RFC 6455 §4.1, RFC 9110 §5.6.2). */
function base64url(text: string): string {
  const bytes = String.fromCharCode(...new TextEncoder().encode(text));
  return btoa(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
