// The algorithms in words. What each really does is the edge's; a name that is not here is shown as it is stored.

export const algorithms = [
  {
    value: 'pass-through',
    label: 'Pass-through',
    does: 'Every event goes to the one destination.',
  },
  {
    value: 'broadcast',
    label: 'Broadcast',
    does: 'Every event goes to all destinations, each with retries of its own.',
  },
  {
    value: 'round-robin',
    label: 'Round-robin',
    does: 'Each event goes to one destination, in turn; others take over where it fails.',
  },
] as const;

type Name = (typeof algorithms)[number]['value'];

/** Case, `_` and `-` do not matter, as at the edge. */
export function isAlgorithm(text: string, name: Name): boolean {
  return bare(text) === bare(name);
}

/** What to choose from: the known ones, and the stored one where it is none of them. */
export function algorithmItems(stored: string): { value: string; label: string }[] {
  const known: { value: string; label: string }[] = algorithms.map(({ value, label }) => ({
    value,
    label,
  }));
  const found = algorithms.find(({ value }) => isAlgorithm(stored, value));
  if (found !== undefined) {
    return known.map((item) => (item.value === found.value ? { ...item, value: stored } : item));
  }
  return [...known, { value: stored, label: stored }];
}

export function whatItDoes(algorithm: string): string | undefined {
  return algorithms.find(({ value }) => isAlgorithm(algorithm, value))?.does;
}

function bare(text: string): string {
  return text.toLowerCase().replaceAll(/[-_]/g, '');
}
