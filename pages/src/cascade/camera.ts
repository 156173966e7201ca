// Where the canvas looks: limits, revealing a node, fitting. Pure: sizes in, viewports out.

export interface View {
  x: number;
  y: number;
  zoom: number;
}

export interface Size {
  width: number;
  height: number;
}

export interface Rect extends Size {
  x: number;
  y: number;
}

export const minZoom = 0.4;
export const maxZoom = 1.5;
export const zoomSteps = [0.4, 0.5, 0.67, 0.8, 1, 1.25, 1.5] as const;

function limit(at: number, contentPx: number, screenPx: number): number {
  return contentPx <= screenPx ? 0 : Math.min(0, Math.max(screenPx - contentPx, at));
}

/** Never shows emptiness left of or above the diagram, nor beyond its end. */
export function clampView(view: View, screen: Size, content: Size): View {
  return {
    x: limit(view.x, content.width * view.zoom, screen.width),
    y: limit(view.y, content.height * view.zoom, screen.height),
    zoom: view.zoom,
  };
}

function shift(at: number, from: number, to: number, screenPx: number, margin: number): number {
  if (at + from < margin) return margin - from;
  if (at + to > screenPx - margin) return Math.min(screenPx - margin - to, at + to);
  return at;
}

/** Moves as little as needed to bring `rect` into sight with a margin; the same view when it is. */
export function reveal(view: View, screen: Size, content: Size, rect: Rect): View {
  const margin = 40;
  const { zoom } = view;
  const x = shift(view.x, rect.x * zoom, (rect.x + rect.width) * zoom, screen.width, margin);
  const y = shift(view.y, rect.y * zoom, (rect.y + rect.height) * zoom, screen.height, margin);
  return clampView({ x, y, zoom }, screen, content);
}

/** Shows all of `rect`, no larger than 100 %. */
export function fit(screen: Size, content: Size, rect: Rect): View {
  const zoom = Math.max(
    minZoom,
    Math.min(1, screen.width / Math.max(1, rect.width), screen.height / Math.max(1, rect.height)),
  );
  const y = (screen.height - rect.height * zoom) / 2 - rect.y * zoom;
  const x = (screen.width - rect.width * zoom) / 2 - rect.x * zoom;
  return clampView({ x, y, zoom }, screen, content);
}

/** The whole width, from the same height on: a long diagram is read downwards. */
export function fitWidth(view: View, screen: Size, content: Size): View {
  const zoom = Math.max(minZoom, Math.min(1, screen.width / Math.max(1, content.width)));
  return clampView({ x: 0, y: (view.y / view.zoom) * zoom, zoom }, screen, content);
}

/** The smallest rectangle around all of them; null for none. */
export function around(rects: Rect[]): Rect | null {
  const first = rects[0];
  if (first === undefined) return null;
  let { x, y } = first;
  let right = x + first.width;
  let bottom = y + first.height;
  for (const rect of rects) {
    x = Math.min(x, rect.x);
    y = Math.min(y, rect.y);
    right = Math.max(right, rect.x + rect.width);
    bottom = Math.max(bottom, rect.y + rect.height);
  }
  return { x, y, width: right - x, height: bottom - y };
}

/** The next step in or out from the current zoom. */
export function stepZoom(zoom: number, direction: 1 | -1): number {
  const steps = direction === 1 ? zoomSteps : zoomSteps.toReversed();
  return steps.find((step) => (direction === 1 ? step > zoom + 0.01 : step < zoom - 0.01)) ?? zoom;
}
