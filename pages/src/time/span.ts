// Reads a length of time as people write it. Pure.

const units: Record<string, number> = {
  '': 1,
  ms: 1,
  s: 1_000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
};

/** "200", "200ms", "1.5 s", "10 min" or "2h" in ms; null where it is none of these. */
export function readSpan(text: string): number | null {
  const [, digits, unit] = /^(\d+(?:\.\d+)?) ?(ms|s|m|min|h)?$/.exec(text.trim()) ?? [];
  return digits === undefined ? null : Number(digits) * (units[unit ?? ''] ?? 1);
}
