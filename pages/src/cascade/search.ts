// The part of a cascade's view that lives in its address. Anything unknown is dropped, never an error.

export const panelTabs = ['logs', 'attempts', 'payload', 'change', 'raw'] as const;
export type PanelTab = (typeof panelTabs)[number];

/** `sel` is a node's id (an event's or a delivery's), `tab` the panel's tab. */
export interface CascadeSearch {
  sel?: string;
  tab?: PanelTab;
}

export function parseCascadeSearch(search: Record<string, unknown>): CascadeSearch {
  const { sel, tab } = search;
  const known = panelTabs.find((name) => name === tab);
  return {
    ...(typeof sel === 'string' || typeof sel === 'number' ? { sel: String(sel) } : {}),
    ...(known === undefined ? {} : { tab: known }),
  };
}

/** UUIDs as the edge makes them; the API decides whether one is known. */
export function isTraceId(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}
