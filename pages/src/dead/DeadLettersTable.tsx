// The table of dead letters: what was lost, where to, why, and the two ways on: its cascade, and a replay.
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { KindIcon } from '../ui/KindIcon.tsx';
import { Ago } from '../ui/Moment.tsx';
import { Status } from '../ui/Glyph.tsx';
import { type DeadLetter, lastAnswer, reasonText, shortAddress } from './words.ts';

const cell = 'px-2 py-2 first:pl-4 last:pr-4 align-top';
const head = `${cell} text-left text-[12px] font-medium text-sub`;

function Row(props: {
  letter: DeadLetter;
  busy: boolean;
  lacking: string | null;
  onReplay: (letter: DeadLetter) => void;
}): ReactElement {
  const { letter } = props;
  return (
    <tr className="border-b border-hair last:border-b-0 hover:bg-recess">
      <td className={`${cell} whitespace-nowrap text-sub max-sm:hidden`}>
        <Ago at={letter.deadAt} />
      </td>
      <td className={`${cell} max-sm:pl-4`}>
        <Link
          to="/c/$traceId"
          params={{ traceId: letter.traceId }}
          search={{ sel: letter.deliveryId, tab: 'attempts' }}
          className="flex items-center gap-1.5 rounded font-semibold hover:underline"
          title="Open its cascade"
        >
          <span className="text-sub">
            <KindIcon kind="job" />
          </span>
          <span className="line-clamp-4 min-w-0 wrap-anywhere" title={letter.job}>
            {letter.job}
          </span>
        </Link>
        <p className="mt-0.5 font-mono text-[11.5px] wrap-anywhere text-sub md:hidden">
          {shortAddress(letter.destination)}
        </p>
        <p className="mt-0.5 text-[12px] text-sub sm:hidden">
          <Ago at={letter.deadAt} />
        </p>
      </td>
      <td className={cell}>
        <Status tone="fail" word={reasonText(letter.reason)} />
        <p
          className="mt-0.5 line-clamp-2 text-[12px] wrap-anywhere text-sub"
          title={lastAnswer(letter)}
        >
          {lastAnswer(letter)}
        </p>
      </td>
      <td className={`${cell} font-mono text-[11.5px] wrap-anywhere text-sub max-md:hidden`}>
        {shortAddress(letter.destination)}
      </td>
      <td className={`${cell} text-right max-lg:hidden`}>{letter.attempts}</td>
      <td className={`${cell} text-right`}>
        <button
          type="button"
          className="btn"
          disabled={props.busy || props.lacking !== null}
          title={props.lacking ?? undefined}
          aria-label={`Replay ${letter.job}`}
          onClick={() => props.onReplay(letter)}
        >
          {props.busy ? 'Replaying…' : 'Replay'}
        </button>
      </td>
    </tr>
  );
}

export function DeadLettersTable(props: {
  letters: readonly DeadLetter[];
  busyId: string | null;
  /** Why the reader may not replay; null where they may. */
  lacking: string | null;
  onReplay: (letter: DeadLetter) => void;
}): ReactElement {
  return (
    <table className="w-full table-fixed border-collapse" aria-label="Dead letters, latest first">
      <colgroup>
        <col className="w-[104px] max-sm:hidden" />
        <col className="w-[24%] max-md:w-auto" />
        <col />
        <col className="w-[28%] max-md:hidden" />
        <col className="w-[84px] max-lg:hidden" />
        <col className="w-[96px]" />
      </colgroup>
      <thead>
        <tr className="h-9 border-b border-line">
          <th className={`${head} max-sm:hidden`}>Died</th>
          <th className={`${head} max-sm:pl-4`}>Job</th>
          <th className={head}>Why</th>
          <th className={`${head} max-md:hidden`}>Destination</th>
          <th className={`${head} text-right! max-lg:hidden`}>Attempts</th>
          <th className={head}>
            <span className="sr-only">What to do</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {props.letters.map((letter) => (
          <Row
            key={letter.deliveryId}
            letter={letter}
            busy={props.busyId === letter.deliveryId}
            lacking={props.lacking}
            onReplay={props.onReplay}
          />
        ))}
      </tbody>
    </table>
  );
}
