// Destinations with their circuits and what was counted of them, what fails most often first.
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import type { CountsView, DestinationSummary } from '../../../src/api/statistics-views.ts';
import { circuitMeaning, circuitOutcome } from '../circuits/words.ts';
import { shortAddress } from '../dead/words.ts';
import {
  cell,
  CountCells,
  CountColumns,
  CountHeads,
  headCell,
  LimitCells,
  LimitColumns,
  LimitHeads,
} from '../statistics/CountCells.tsx';
import { countText } from '../statistics/numbers.ts';
import { Glyph, Status } from '../ui/Glyph.tsx';
import { Nothing } from '../ui/Page.tsx';

type Destination = DestinationSummary & { jobs?: readonly { source: string; job: string }[] };

function Circuit(props: {
  of: Pick<DestinationSummary, 'circuit'>;
  areKnown: boolean;
}): ReactElement {
  const { circuit } = props.of;
  if (circuit === null) {
    return props.areKnown ? (
      <Status {...circuitOutcome('closed')} />
    ) : (
      <span className="text-sub">not known</span>
    );
  }
  return (
    <Link to="/circuits" className="rounded hover:underline" title={circuitMeaning(circuit.state)}>
      <Status {...circuitOutcome(circuit.state)} />
    </Link>
  );
}

export function DestinationsTable(props: {
  destinations: readonly Destination[];
  others: CountsView | null;
  circuitsAreKnown: boolean;
}): ReactElement {
  const { destinations, others, circuitsAreKnown } = props;
  if (destinations.length === 0) {
    return <Nothing>No destination was called in this range.</Nothing>;
  }
  return (
    <>
      {!circuitsAreKnown && (
        <p role="alert" className="flex items-center gap-2 px-4 pt-3 text-retry">
          <Glyph tone="retry" />
          The circuits are out of reach, so that open ones may not be shown as such.
        </p>
      )}
      <table className="w-full table-fixed border-collapse" aria-label="Destinations">
        <colgroup>
          <col />
          <col className="w-[124px] max-md:hidden" />
          <CountColumns />
          <LimitColumns />
        </colgroup>
        <thead>
          <tr className="border-b border-line">
            <th className={headCell}>Destination</th>
            <th className={`${headCell} max-md:hidden`}>Circuit</th>
            <CountHeads />
            <LimitHeads />
          </tr>
        </thead>
        <tbody>
          {destinations.map(({ destination, jobs, deliveriesOverTime, ...rest }) => (
            <tr
              key={destination}
              className="border-b border-hair align-top last:border-b-0 [&>*]:py-2"
            >
              <th
                scope="row"
                className={`${cell} text-left font-mono text-[12px] font-medium wrap-anywhere whitespace-normal!`}
              >
                {shortAddress(destination)}
                {jobs !== undefined && jobs.length > 0 && (
                  <span className="block font-sans font-normal text-sub">
                    {jobs.map(({ job }) => job).join(', ')}
                  </span>
                )}
                {rest.concurrencyLimit !== null && (
                  <span className="block font-sans font-normal text-sub">
                    {countText(rest.concurrencyLimit)} at once at most
                  </span>
                )}
                <span className="mt-0.5 block font-sans text-[13px] md:hidden">
                  <Circuit of={rest} areKnown={circuitsAreKnown} />
                </span>
              </th>
              <td className={`${cell} max-md:hidden`}>
                <Circuit of={rest} areKnown={circuitsAreKnown} />
              </td>
              <CountCells counts={rest} overTime={deliveriesOverTime} />
              <LimitCells counts={rest} />
            </tr>
          ))}
          {others !== null && (
            <tr className="[&>*]:py-2">
              <th scope="row" className={`${cell} text-left font-normal text-sub`}>
                others, counted together
              </th>
              <td className={`${cell} max-md:hidden text-sub`}>–</td>
              <CountCells counts={others} overTime={null} />
              <LimitCells counts={others} />
            </tr>
          )}
        </tbody>
      </table>
    </>
  );
}
