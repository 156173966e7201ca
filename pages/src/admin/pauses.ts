// Pauses between attempts as people write them: "5 s, 5 min, 2 h". Pure.

const seconds: Record<string, number> = { s: 1, min: 60, m: 60, h: 3_600, d: 86_400 };
const form = /^(\d+(?:\.\d+)?)\s*(s|min|m|h|d)?$/i;

/** "5 s, 5 min, 30 min, 2 h". */
export function formatPauses(pauses: readonly number[]): string {
  return pauses.map(formatPause).join(', ');
}

function formatPause(pause: number): string {
  for (const [unit, length] of [
    ['d', 86_400],
    ['h', 3_600],
    ['min', 60],
  ] as const) {
    if (pause >= length && pause % length === 0) return `${pause / length} ${unit}`;
  }
  return `${pause} s`;
}

/** A number without a unit is seconds; nothing at all is no pause, so that nothing is tried again. */
export function parsePauses(
  text: string,
): { ok: true; seconds: number[] } | { ok: false; message: string } {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const found = parts.map((part) => {
    const match = form.exec(part);
    return match ? Number(match[1]) * (seconds[(match[2] ?? 's').toLowerCase()] ?? 1) : null;
  });
  const wrong = parts.find((_part, index) => found[index] === null);
  return wrong === undefined
    ? { ok: true, seconds: found.filter((value) => value !== null) }
    : { ok: false, message: `“${wrong}” is no pause: write 30 s, 5 min, 2 h or 1 d` };
}
