// Which log lines are shown: levels, the words typed, and how a line is copied. Pure.
import type { LogLine } from '../../../src/api/log-views.ts';
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

/** The words that were typed, in lower case. */
export function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
}

/** Every word must stand in the message, the level, or a field. */
export function filterLines(
  lines: LogLine[],
  words: readonly string[],
  hidden: ReadonlySet<Level>,
): LogLine[] {
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
