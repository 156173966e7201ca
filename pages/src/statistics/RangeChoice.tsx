// Which span of time is shown; the page keeps it in its address.
import type { ReactElement } from 'react';
import { Segments } from '../ui/Segments.tsx';
import { rangeItems, type Range } from './ranges.ts';

export function RangeChoice(props: {
  value: Range;
  onChange: (range: Range) => void;
}): ReactElement {
  return (
    <Segments label="Range" value={props.value} items={rangeItems} onChange={props.onChange} />
  );
}
