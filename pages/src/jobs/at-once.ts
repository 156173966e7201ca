// How many attempts of a job were under way at once, beside how many its platform allows. Pure.
import { countText } from '../statistics/numbers.ts';

/** Null: not known. */
export type AtOnce = { peak: number | null; concurrencyLimit: number | null };

/** From this share of what is allowed on, the next busy minute may be refused. */
const nearShare = 0.9;

/** "12 of 100", "12"; "–": not known. */
export function atOnceText({ peak, concurrencyLimit }: AtOnce): string {
  if (peak === null) return '–';
  return concurrencyLimit === null
    ? countText(peak)
    : `${countText(peak)} of ${countText(concurrencyLimit)}`;
}

/** Whether more would hardly have been taken. */
export function isNearLimit({ peak, concurrencyLimit }: AtOnce): boolean {
  return peak !== null && concurrencyLimit !== null && peak >= concurrencyLimit * nearShare;
}
