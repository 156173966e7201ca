// Moves the focus between rows that are links to cascades.

/** j and k move between rows; Enter is the link's own. */
export function moveBetweenRows({ key }: KeyboardEvent): boolean {
  const step = key === 'j' || key === 'ArrowDown' ? 1 : key === 'k' || key === 'ArrowUp' ? -1 : 0;
  if (step === 0) return false;
  const links = [...document.querySelectorAll<HTMLAnchorElement>('a[data-cascade]')];
  const at = links.findIndex((link) => link === document.activeElement);
  const next = links[at === -1 ? 0 : Math.min(links.length - 1, Math.max(0, at + step))];
  next?.focus();
  return next !== undefined;
}
