// The table of dead letters: what was lost, where to, why. Each row can be ticked, looked into where it stands, and replayed.
import { CaretRightIcon } from '@phosphor-icons/react/CaretRight';
import type { ReactElement } from 'react';
import { Status } from '../ui/Glyph.tsx';
import { Ago } from '../ui/Moment.tsx';
import { useMedia } from '../ui/use-media.ts';
import { LetterDetails } from './LetterDetails.tsx';
import { type DeadLetter, lastAnswer, reasonText, rowText, shortAddress } from './words.ts';

const cell = 'px-2 py-2 last:pr-4 align-top';
const head = `${cell} text-left text-[12px] font-medium text-sub`;
const tick = 'size-4 accent-(--tl-brand)';

interface RowActs {
  /** Why the reader may not act; null where they may. */
  lacking: string | null;
  onTick: (letter: DeadLetter, isTicked: boolean) => void;
  onInspect: (letter: DeadLetter | null) => void;
  onReplay: (letter: DeadLetter) => void;
}

/** How many columns are shown: a cell across more of them would make columns of its own. */
function useColumns(): number {
  const [hasTime, hasDestination, hasAttempts] = [
    useMedia('(width >= 40rem)'),
    useMedia('(width >= 48rem)'),
    useMedia('(width >= 64rem)'),
  ];
  return 3 + (hasTime ? 2 : 0) + (hasDestination ? 1 : 0) + (hasAttempts ? 1 : 0);
}

function ReplayButton(props: { letter: DeadLetter; busy: boolean; acts: RowActs }): ReactElement {
  const { letter, acts } = props;
  return (
    <button
      type="button"
      className="btn"
      disabled={props.busy || acts.lacking !== null}
      title={acts.lacking ?? undefined}
      aria-label={`Replay ${letter.job}`}
      onClick={() => acts.onReplay(letter)}
    >
      {props.busy ? 'Replaying…' : 'Replay'}
    </button>
  );
}

function Row(props: {
  letter: DeadLetter;
  isTicked: boolean;
  isOpen: boolean;
  busy: boolean;
  columns: number;
  acts: RowActs;
}): ReactElement {
  const { letter, isOpen, acts } = props;
  const row = rowText(letter);
  const detailsId = `letter-${letter.deliveryId}`;
  return (
    <>
      <tr
        data-letter={letter.deliveryId}
        className={`border-b border-hair last:border-b-0 hover:bg-recess has-[button[data-inspect]:focus-visible]:bg-recess ${isOpen ? 'bg-recess' : ''}`}
      >
        <td className="w-11 py-2 pl-4 align-top">
          <label className="-m-1.5 flex size-7 items-center justify-center">
            <input
              type="checkbox"
              data-tick
              className={tick}
              checked={props.isTicked}
              aria-label={`Tick ${letter.job}${row === null ? '' : `, ${row}`}`}
              onChange={({ target }) => acts.onTick(letter, target.checked)}
            />
          </label>
        </td>
        <td className={`${cell} whitespace-nowrap text-sub max-sm:hidden`}>
          <Ago at={letter.deadAt} />
        </td>
        <td className={cell}>
          <button
            type="button"
            data-inspect
            aria-expanded={isOpen}
            aria-controls={isOpen ? detailsId : undefined}
            onClick={() => acts.onInspect(isOpen ? null : letter)}
            className="flex max-w-full items-start gap-1 rounded text-left font-semibold hover:underline"
          >
            <span
              aria-hidden="true"
              className={`mt-[3px] flex-none text-sub transition-transform motion-reduce:transition-none ${isOpen ? 'rotate-90' : ''}`}
            >
              <CaretRightIcon size={12} />
            </span>
            <span className="line-clamp-4 min-w-0 wrap-anywhere" title={letter.job}>
              {letter.job}
            </span>
          </button>
          {row !== null && <p className="mt-0.5 pl-4 text-[12px] wrap-anywhere text-sub">{row}</p>}
          <p className="mt-0.5 pl-4 font-mono text-[11.5px] wrap-anywhere text-sub md:hidden">
            {shortAddress(letter.destination)}
          </p>
          <p className="mt-0.5 pl-4 text-[12px] text-sub sm:hidden">
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
          {letter.discard !== null && letter.discard.note !== null && (
            <p className="mt-0.5 line-clamp-2 text-[12px] wrap-anywhere">{letter.discard.note}</p>
          )}
        </td>
        <td className={`${cell} font-mono text-[11.5px] wrap-anywhere text-sub max-md:hidden`}>
          {shortAddress(letter.destination)}
        </td>
        <td className={`${cell} text-right max-lg:hidden`}>{letter.attempts}</td>
        <td className={`${cell} text-right max-sm:hidden`}>
          <ReplayButton letter={letter} busy={props.busy} acts={acts} />
        </td>
      </tr>
      {isOpen && (
        <tr>
          <td
            colSpan={props.columns}
            id={detailsId}
            aria-label={`About ${letter.job}`}
            className="border-b border-line p-0"
          >
            <LetterDetails letter={letter}>
              <span className="sm:hidden">
                <ReplayButton letter={letter} busy={props.busy} acts={acts} />
              </span>
            </LetterDetails>
          </td>
        </tr>
      )}
    </>
  );
}

export function DeadLettersTable(props: {
  letters: readonly DeadLetter[];
  ticked: ReadonlyMap<string, DeadLetter>;
  /** Every letter that fits is chosen, also those that are not loaded. */
  isAll: boolean;
  openId: string | null;
  /** Of those that are being replayed. */
  busyIds: ReadonlySet<string>;
  acts: RowActs & { onTickPage: (isTicked: boolean) => void };
}): ReactElement {
  const { letters, ticked, isAll, acts } = props;
  const isTicked = (letter: DeadLetter): boolean => isAll || ticked.has(letter.deliveryId);
  const columns = useColumns();
  const count = letters.filter(isTicked).length;
  return (
    <table className="w-full table-fixed border-collapse" aria-label="Dead letters, latest first">
      <colgroup>
        <col className="w-11" />
        <col className="w-[104px] max-sm:hidden" />
        <col className="w-[26%] max-md:w-auto" />
        <col />
        <col className="w-[26%] max-md:hidden" />
        <col className="w-[84px] max-lg:hidden" />
        <col className="w-[96px] max-sm:hidden" />
      </colgroup>
      <thead>
        <tr className="h-9 border-b border-line">
          <th className="pl-4 text-left">
            <label className="-m-1.5 flex size-7 items-center justify-center">
              <input
                type="checkbox"
                className={tick}
                aria-label="Tick all that are shown"
                checked={count === letters.length}
                ref={(box) => {
                  if (box) box.indeterminate = count > 0 && count < letters.length;
                }}
                onChange={({ target }) => acts.onTickPage(target.checked)}
              />
            </label>
          </th>
          <th className={`${head} max-sm:hidden`}>Died</th>
          <th className={head}>Job</th>
          <th className={head}>Why</th>
          <th className={`${head} max-md:hidden`}>Destination</th>
          <th className={`${head} text-right! max-lg:hidden`}>Attempts</th>
          <th className={`${head} max-sm:hidden`}>
            <span className="sr-only">What to do</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {letters.map((letter) => (
          <Row
            key={letter.deliveryId}
            letter={letter}
            isTicked={isTicked(letter)}
            isOpen={props.openId === letter.deliveryId}
            busy={props.busyIds.has(letter.deliveryId)}
            columns={columns}
            acts={acts}
          />
        ))}
      </tbody>
    </table>
  );
}
