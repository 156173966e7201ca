import { describe, expect, it } from 'vitest';
import { clampView, fit, fitWidth, reveal, stepZoom } from '../../../pages/src/cascade/camera.ts';
import {
  appendOlder,
  countText,
  type Feed,
  heldOf,
  holdBack,
  mergeNewest,
  newestOf,
  shapeBars,
} from '../../../pages/src/cascades/feed.ts';
import type { TracePage, TraceSummary } from '../../../src/api/views.ts';
import { cascadeOf } from './cascades.ts';

function traces(...ids: string[]): TraceSummary[] {
  const { trace } = cascadeOf([], []);
  return ids.map((id) => ({ ...trace, id }));
}
function page(nextCursor: string | null, ...ids: string[]): TracePage {
  return { traces: traces(...ids), nextCursor, searchedUntil: null, count: null };
}
const feedOf = (nextCursor: string | null, ...ids: string[]): Feed =>
  mergeNewest(undefined, page(nextCursor, ...ids));
const idsOf = (list: readonly TraceSummary[]): string[] => list.map(({ id }) => id);

describe('the list while new cascades come', () => {
  it('puts new ones on top and keeps older ones that were loaded', () => {
    const first = mergeNewest(undefined, page('c1', 'c', 'b'));
    const older = appendOlder(first, page('c2', 'a'));
    const merged = mergeNewest(older, page('c1b', 'd', 'c'));
    expect(idsOf(merged.traces)).toEqual(['d', 'c', 'b', 'a']);
    expect(merged.olderCursor).toBe('c2');
  });

  it('begins anew when something between may be missing', () => {
    const known = mergeNewest(undefined, page('c1', 'b', 'a'));
    const merged = mergeNewest(known, page('c9', 'z', 'y'));
    expect(idsOf(merged.traces)).toEqual(['z', 'y']);
    expect(merged.olderCursor).toBe('c9');
  });

  it('lets go of one that has been joined to another meanwhile', () => {
    const known = appendOlder(mergeNewest(undefined, page('c1', 'd', 'c', 'b')), page('c2', 'a'));
    const merged = mergeNewest(known, page('c1', 'd', 'b'));
    expect(idsOf(merged.traces)).toEqual(['d', 'b', 'a']);
  });

  it('keeps the newest page of a long list that nobody reads, and the way further back from there', () => {
    const names = Array.from({ length: 600 }, (_, index) => `c${999 - index}`);
    let feed = mergeNewest(undefined, page('after c990', ...names.slice(-10)));
    for (let end = 590; end > 0; end -= 10) {
      feed = mergeNewest(feed, page(`after ${names[end]}`, ...names.slice(end - 10, end + 1)));
    }
    expect(feed.traces).toHaveLength(600);
    const kept = newestOf(feed);
    expect(idsOf(kept.traces)).toEqual(names.slice(0, 11));
    expect(kept.olderCursor).toBe('after c989');
    const older = appendOlder(kept, page('further', ...names.slice(11, 20)));
    expect(idsOf(older.traces)).toEqual(names.slice(0, 20));
    expect(newestOf(older)).toBe(older);
  });

  it('takes the fresh summary of a cascade that is known', () => {
    const known = mergeNewest(undefined, page(null, 'a'));
    const fresh = traces('a').map((trace) => ({ ...trace, deliveries: 7 }));
    const merged = mergeNewest(known, { ...page(null), traces: fresh });
    expect(merged.traces[0]?.deliveries).toBe(7);
  });

  it('holds new ones back and counts them while somebody reads', () => {
    const { shown, waiting } = holdBack(feedOf('c1', 'e', 'd', 'c'), heldOf(traces('c', 'b')));
    expect(idsOf(shown)).toEqual(['c']);
    expect(idsOf(waiting)).toEqual(['e', 'd']);
    expect(holdBack(feedOf('c1', 'e', 'd'), null).waiting).toEqual([]);
  });

  it('goes on holding back when what is held fits no longer', () => {
    const { shown, waiting } = holdBack(feedOf('c1', 'e', 'd', 'b'), heldOf(traces('c')));
    expect(idsOf(shown)).toEqual(['b']);
    expect(waiting).toHaveLength(2);
    // Nor is it shown where all is loaded, and it is no longer there.
    expect(holdBack(feedOf(null, 'e', 'd'), heldOf(traces('c'))).shown).toEqual([]);
  });

  it('shows what was read as it was where so much has come that none of it is loaded', () => {
    const held = holdBack(feedOf('c2', 'h', 'g'), heldOf(traces('c', 'b')));
    expect(idsOf(held.shown)).toEqual(['c', 'b']);
    expect(held).toMatchObject({ isCut: true });
    expect(held.waiting).toHaveLength(2);
    expect(holdBack(feedOf('c1', 'd', 'c'), heldOf(traces('c', 'b'))).isCut).toBe(false);
  });

  it('lets everything wait where there was nothing yet', () => {
    const { shown, waiting } = holdBack(feedOf(null, 'a'), heldOf([]));
    expect(shown).toEqual([]);
    expect(idsOf(waiting)).toEqual(['a']);
  });

  it('keeps what was found further back than a search that has stopped looks', () => {
    const stopped = { ...page('c1'), searchedUntil: '2026-11-20T00:00:00.000000Z' };
    const [found] = traces('a').map((trace) => ({
      ...trace,
      startedAt: '2026-11-02T00:00:00.000000Z',
    }));
    const older: TracePage = {
      traces: found ? [found] : [],
      nextCursor: 'c2',
      searchedUntil: '2026-11-01T00:00:00.000000Z',
      count: null,
    };
    const merged = mergeNewest(appendOlder(mergeNewest(undefined, stopped), older), stopped);
    expect(idsOf(merged.traces)).toEqual(['a']);
    expect(merged).toMatchObject({ olderCursor: 'c2', searchedUntil: older.searchedUntil });
    // Nor does it look again at what was looked at to the end.
    const whole = { ...page(null), searchedUntil: null };
    const ended = mergeNewest(appendOlder(mergeNewest(undefined, stopped), whole), stopped);
    expect(ended).toMatchObject({ olderCursor: null, searchedUntil: null });
  });

  it('says when a count is an estimate, and never counts fewer than are there', () => {
    const feed = mergeNewest(undefined, page('c1', 'c', 'b'));
    expect(countText(feed)).toBeNull();
    expect(countText({ ...feed, count: { value: 1_240, isEstimate: true } })).toBe(
      'about 1,240 cascades',
    );
    expect(countText({ ...feed, count: { value: 1, isEstimate: true } })).toBe('about 2 cascades');
    expect(countText(mergeNewest(undefined, page(null, 'a')))).toBe('1 cascade');
  });

  it('draws the shape on a log scale, so that one delivery still shows beside a thousand', () => {
    const [one, thousand] = shapeBars([1, 1_000]);
    expect(thousand?.height).toBe(1);
    expect(one?.height).toBeGreaterThan(0.09);
    expect(shapeBars([])).toEqual([]);
  });
});

describe('the camera', () => {
  const screen = { width: 800, height: 600 };
  const content = { width: 1_000, height: 2_000 };

  it('never looks beyond the diagram', () => {
    expect(clampView({ x: 50, y: -9_999, zoom: 1 }, screen, content)).toEqual({
      x: 0,
      y: -1_400,
      zoom: 1,
    });
    expect(clampView({ x: -50, y: -50, zoom: 0.2 }, screen, content)).toEqual({
      x: 0,
      y: 0,
      zoom: 0.2,
    });
  });

  it('moves as little as needed to show a node, and not at all when it is in sight', () => {
    const view = { x: 0, y: 0, zoom: 1 };
    expect(reveal(view, screen, content, { x: 100, y: 100, width: 108, height: 42 })).toEqual(view);
    expect(reveal(view, screen, content, { x: 100, y: 700, width: 108, height: 42 }).y).toBe(-182);
  });

  it('fits the width and stays at the same height', () => {
    expect(fitWidth({ x: -90, y: -1_000, zoom: 1 }, screen, content)).toEqual({
      x: 0,
      y: -800,
      zoom: 0.8,
    });
  });

  it('fits without enlarging, and steps through round zooms', () => {
    expect(fit(screen, content, { x: 0, y: 0, width: 400, height: 300 }).zoom).toBe(1);
    expect(fit(screen, content, { x: 0, y: 0, width: 1_000, height: 1_000 }).zoom).toBe(0.6);
    expect([stepZoom(1, 1), stepZoom(1, -1), stepZoom(1.5, 1)]).toEqual([1.25, 0.8, 1.5]);
  });
});
