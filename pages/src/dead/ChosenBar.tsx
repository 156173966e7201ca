// What is ticked, in numbers, and what can be done with it; where all that is shown is ticked, also with all that fit.
import type { ReactElement } from 'react';
import { chosenText, counted, type Chosen } from './words.ts';

export function ChosenBar(props: {
  chosen: Chosen;
  /** How many fit, where that is more than is ticked, and all of them can be taken; null otherwise. */
  further: { letters: number; isWhole: boolean } | null;
  lacking: string | null;
  areDiscarded: boolean;
  onAll: () => void;
  onReplay: () => void;
  onDiscard: () => void;
  onRestore: () => void;
  onClear: () => void;
}): ReactElement {
  const { chosen, further, lacking } = props;
  const act = { disabled: lacking !== null, title: lacking ?? undefined };
  return (
    <section
      aria-label="What is ticked"
      className="sticky top-0 z-2 flex flex-wrap items-center gap-2 border-b border-line bg-raised px-4 py-2"
    >
      <output className="font-semibold">{chosenText(chosen)}</output>
      {further !== null && (
        <button type="button" className="link text-[12px]" onClick={props.onAll}>
          Take all {counted(further.letters, 'letter').replace(/ \w+$/, '')}
          {further.isWhole ? '' : ' or more'} that match
        </button>
      )}
      <span className="flex-1" />
      <button type="button" className="btn" {...act} onClick={props.onReplay}>
        Replay…
      </button>
      {props.areDiscarded ? (
        <button type="button" className="btn" {...act} onClick={props.onRestore}>
          Restore
        </button>
      ) : (
        <button type="button" className="btn" {...act} onClick={props.onDiscard}>
          Discard…
        </button>
      )}
      <button type="button" className="btn" onClick={props.onClear}>
        Clear
      </button>
    </section>
  );
}
