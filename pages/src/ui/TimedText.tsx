// A sentence of the API's with its moments as people read them, in the zone that they chose.
import { Fragment, type ReactElement } from 'react';
import { useZone } from '../time/clock.ts';
import { formatClock, formatDay, formatFull } from '../time/format.ts';

/** RFC 3339 in UTC. */
const moment = /(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z)/;

export function TimedText({ text }: { text: string }): ReactElement {
  const { zone } = useZone();
  return (
    <>
      {text.split(moment).map((part, index) => {
        const atMs = index % 2 === 1 ? Date.parse(part) : Number.NaN;
        // Its place in the sentence is what tells it from another.
        // oxlint-disable-next-line react/no-array-index-key
        if (Number.isNaN(atMs)) return <Fragment key={index}>{part}</Fragment>;
        return (
          // oxlint-disable-next-line react/no-array-index-key -- As above.
          <time key={index} dateTime={part} title={formatFull(atMs, zone)}>
            {formatDay(atMs, zone)} {formatClock(atMs, zone, false)}
          </time>
        );
      })}
    </>
  );
}
