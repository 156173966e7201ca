// What the last row of an open group says that does not show all of its members.
import { pageSize } from '../tree/outline.ts';

export function moreText(size: number, shown: number): string {
  const rest = size - shown;
  return `Show ${Math.min(pageSize, rest)} more of ${rest.toLocaleString('en')}`;
}
