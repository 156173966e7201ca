// Which log lines are shown: levels, the words typed, and how a line is copied. Pure.
import type { LogLine } from '../../../src/api/views.ts';
import { formatClock, type Zone } from '../time/format.ts';

export type Level = LogLine['level'];
export const levels: Level[] = ['error', 'warn', 'info', 'debug', 'unknown'];

/** Nanoseconds as text to ms; the last digits do not fit a number and are not needed here. */
export function timeMsOf(line: LogLine): number {
  return Number(line.timestampNs.slice(0, -6));
}

export function countLevels(lines: LogLine[]): Record<Level, number> {
  const counts: Record<Level, number> = { error: 0, warn: 0, info: 0, debug: 0, unknown: 0 };
  for (const { level } of lines) counts[level] += 1;
  return counts;
}

/** Lines with a key that stays the same as more lines come: several may share a nanosecond. */
export function keyLines(lines: LogLine[]): { key: string; line: LogLine }[] {
  const seen = new Map<string, number>();
  return lines.map((line) => {
    const text = `${line.timestampNs} ${line.message}`;
    const count = seen.get(text) ?? 0;
    seen.set(text, count + 1);
    return { key: `${text} ${count}`, line };
  });
}

/** Every word must stand in the message, the level, or a field. */
export function filterLines(lines: LogLine[], text: string, hidden: ReadonlySet<Level>): LogLine[] {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0 && hidden.size === 0) return lines;
  return lines.filter((line) => {
    if (hidden.has(line.level)) return false;
    const fields = Object.entries(line.fields).map(([key, value]) => `${key}=${value}`);
    const haystack = [line.message, line.level, ...fields].join(' ').toLowerCase();
    return words.every((word) => haystack.includes(word));
  });
}

export function linesAsText(lines: LogLine[], zone: Zone): string {
  return lines
    .map(
      (line) => `${formatClock(timeMsOf(line), zone)} ${line.level.toUpperCase()} ${line.message}`,
    )
    .join('\n');
}
