// Counts, shares and latencies as they are written, and what has become of them since the period before. Pure.
import { formatSpan } from '../time/format.ts';

/** "12,480". */
export function countText(count: number): string {
  return count.toLocaleString('en');
}

/** "1 attempt", "12,480 attempts". */
export function countedText(count: number, one: string): string {
  return `${countText(count)} ${one}${count === 1 ? '' : 's'}`;
}

/** "97.9 %", "100 %", "<0.1 %"; never 100 % where something is missing, nor 0 % where something is. "–": nothing to take it of. */
export function shareText(share: number | null): string {
  if (share === null) return '–';
  if (share === 0 || share === 1) return `${share * 100} %`;
  const percent = share * 100;
  if (percent < 0.1) return '<0.1 %';
  if (percent > 99.9) return '>99.9 %';
  return `${percent.toFixed(1)} %`;
}

/** "1.25 s"; statistics are no more exact than three digits. "–": nothing was measured. */
export function latencyText(ms: number | null): string {
  return ms === null ? '–' : formatSpan(Number(ms.toPrecision(3)));
}

export type Change = { text: string; direction: 'up' | 'down' | 'same' };

/** "+4 %", "−12 %", "twice as many", "as many". Null where there was nothing before to compare with. */
export function changeOf(now: number, before: number): Change | null {
  if (before === 0) return null;
  if (now === before) return { text: 'as many', direction: 'same' };
  const ratio = now / before;
  const direction = ratio > 1 ? 'up' : 'down';
  if (ratio >= 10) return { text: `${Math.round(ratio)} times as many`, direction };
  const percent = Math.abs(ratio - 1) * 100;
  const rounded = percent < 1 ? '<1' : String(Math.round(percent));
  return { text: `${direction === 'up' ? '+' : '−'}${rounded} %`, direction };
}

/** In points of a per cent: "up 1.2 points". Null where either is not known. */
export function pointsOf(now: number | null, before: number | null): Change | null {
  if (now === null || before === null) return null;
  const points = (now - before) * 100;
  if (Math.abs(points) < 0.05) return { text: 'unchanged', direction: 'same' };
  const direction = points > 0 ? 'up' : 'down';
  return { text: `${direction} ${Math.abs(points).toFixed(1)} points`, direction };
}
