// Deliveries that nobody tries again by themselves: what was lost and why, and what becomes of it. What is looked for is in
// the address; what is ticked is forgotten with it.
import { useMutation, useQuery, useQueryClient, useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState, type ReactElement, type ReactNode } from 'react';
import type { DiscardedLettersView } from '../../../src/api/dead-letter-views.ts';
import { replayDeadLetter } from '../api/client.ts';
import { failureText } from '../api/http.ts';
import { useLacking } from '../api/me.ts';
import { deadLettersQuery } from '../api/queries.ts';
import { deadLetterKeys } from '../keys/key-lines.ts';
import { Runs } from '../replays/Runs.tsx';
import { StartRun } from '../replays/StartRun.tsx';
import { Freshness } from '../ui/Freshness.tsx';
import { Glyph } from '../ui/Glyph.tsx';
import { Lacking } from '../ui/Lacking.tsx';
import { keepTyping } from '../ui/kept-typing.ts';
import { LoadOlder } from '../ui/LoadOlder.tsx';
import { Moment } from '../ui/Moment.tsx';
import { ProblemNotice } from '../ui/Notice.tsx';
import { Card, Nothing, Page, RowsSkeleton } from '../ui/Page.tsx';
import { Segments } from '../ui/Segments.tsx';
import { useDocumentKeys } from '../ui/use-document-keys.ts';
import { ChosenBar } from './ChosenBar.tsx';
import { DeadFilterBar } from './DeadFilterBar.tsx';
import { DeadLettersTable } from './DeadLettersTable.tsx';
import { restoreLetters } from './dead-client.ts';
import { DiscardForm } from './DiscardForm.tsx';
import { Discarded } from './Discarded.tsx';
import { ExportCsv } from './ExportCsv.tsx';
import {
  allOf,
  filtersIn,
  narrowed,
  parseDeadSearch,
  withoutFilters,
  type DeadSearch,
  type LetterSelection,
} from './filters.ts';
import { Groups } from './Groups.tsx';
import { groupsKey, groupsQuery, lettersQuery } from './queries.ts';
import { Replayed } from './Replayed.tsx';
import { takeRowKey } from './row-keys.ts';
import { chosenOfGroups, chosenOfLetters, counted, type Chosen, type DeadLetter } from './words.ts';

/** What somebody is about to do, and with which. */
type Plan = {
  act: 'replay' | 'discard';
  title: string;
  selection: LetterSelection;
  chosen: Chosen;
};

/** What is ticked and planned; of other letters than those that are asked for it means nothing. */
interface Choice {
  ticked: ReadonlyMap<string, DeadLetter>;
  /** Every letter that fits, also those that are not loaded. */
  isAll: boolean;
  plan: Plan | null;
}

const nobody: ReadonlyMap<string, DeadLetter> = new Map();
const nothing: Choice = { ticked: nobody, isAll: false, plan: null };

const keptChoice = keepTyping<Choice>();

function useChoice(of: string): [Choice, (change: Partial<Choice>) => void] {
  const [kept, keep] = useState({ of, choice: keptChoice.find(of) ?? nothing });
  const choice = kept.of === of ? kept.choice : nothing;
  keptChoice.useKeeping(of, choice);
  const change = (next: Partial<Choice>): void =>
    keep((before) => ({
      of,
      choice: { ...(before.of === of ? before.choice : nothing), ...next },
    }));
  return [choice, change];
}

interface NotReplayed {
  letter: DeadLetter;
  why: string;
}

function without(known: readonly NotReplayed[], { deliveryId }: DeadLetter): NotReplayed[] {
  return known.filter(({ letter }) => letter.deliveryId !== deliveryId);
}

export function DeadLettersPage(): ReactElement {
  const search = useSearch({ from: '/dead' });
  const navigate = useNavigate({ from: '/dead' });
  const client = useQueryClient();
  const asked = narrowed(search);
  const areDiscarded = search.discarded === true;
  const [{ ticked, isAll, plan }, choose] = useChoice(JSON.stringify(asked));
  const [replayed, setReplayed] = useState<DeadLetter[]>([]);
  const [replaying, setReplaying] = useState<ReadonlySet<string>>(new Set());
  const [notReplayed, setNotReplayed] = useState<readonly NotReplayed[]>([]);
  const [discarded, setDiscarded] = useState<DiscardedLettersView | null>(null);
  useDocumentKeys(takeRowKey);

  const query = useInfiniteQuery(lettersQuery(asked));
  const groups = useQuery(groupsQuery(asked));
  const change = (next: DeadSearch): void => void navigate({ search: next });
  const askAgain = async (): Promise<void> => {
    await Promise.all([
      client.invalidateQueries({ queryKey: deadLettersQuery.queryKey }),
      client.invalidateQueries({ queryKey: groupsKey }),
    ]);
  };
  const clear = (): void => choose({ ticked: nobody, isAll: false });
  // Several can be under way at once: each has its own end, in whatever order.
  const replay = useMutation({
    mutationFn: ({ deliveryId }: DeadLetter) => replayDeadLetter(deliveryId),
    onMutate: (letter) => {
      setReplaying((known) => new Set(known).add(letter.deliveryId));
      setNotReplayed((known) => without(known, letter));
    },
    onSuccess: (_view, letter) =>
      setReplayed((known) => [
        letter,
        ...known.filter(({ deliveryId }) => deliveryId !== letter.deliveryId),
      ]),
    onError: (failure, letter) =>
      setNotReplayed((known) => [...without(known, letter), { letter, why: failureText(failure) }]),
    onSettled: async (_view, _failure, letter) => {
      // Busy until the list says what has become of it.
      await askAgain();
      setReplaying((known) => new Set([...known].filter((id) => id !== letter.deliveryId)));
    },
  });
  const restore = useMutation({
    mutationFn: (deliveryIds: string[]) => restoreLetters({ deliveryIds }),
    onSuccess: clear,
    onSettled: askAgain,
  });

  const lacking = useLacking('operator');
  const pages = query.data?.pages ?? [];
  const letters = pages.flatMap(({ deadLetters }) => deadLetters);
  const searchedUntil = pages.at(-1)?.searchedUntil ?? null;
  const whole = groups.data === undefined ? null : chosenOfGroups(groups.data);
  const isNarrowed = filtersIn(search).length > 0 || search.q !== undefined;
  // What has gone from the list meanwhile can no longer be acted on.
  const tickedLetters = [...ticked.values()];
  const chosen = isAll && whole !== null ? whole : chosenOfLetters(tickedLetters);
  const begin = (act: Plan['act'], of: 'all' | 'ticked'): void => {
    const isWhole = of === 'all' && whole !== null;
    const selection = isWhole
      ? allNow(asked)
      : { deliveryIds: tickedLetters.map(({ deliveryId }) => deliveryId) };
    const what =
      isWhole && search.job !== undefined && !isNarrowedFurther(search)
        ? `the dead letters of ${search.job}`
        : isWhole && !isNarrowed
          ? 'every dead letter'
          : counted(isWhole ? whole.letters : ticked.size, 'dead letter');
    choose({
      plan: {
        act,
        title: `Replay ${what}`,
        selection,
        chosen: isWhole ? whole : chosenOfLetters(tickedLetters),
      },
    });
  };

  return (
    <Page
      title="Dead letters"
      keys={deadLetterKeys}
      note={
        query.data !== undefined && (
          <>
            <span className="text-sub">
              {countText(letters, query.hasNextPage, whole, areDiscarded)}
            </span>
            <Freshness updatedAtMs={query.dataUpdatedAt} failing={query.isError} quiet fed />
          </>
        )
      }
      aside={
        <>
          {letters.length > 0 && <ExportCsv search={search} />}
          {!areDiscarded && letters.length > 1 && whole !== null && (
            <button
              type="button"
              className="btn max-w-full"
              disabled={lacking !== null}
              title={lacking ?? undefined}
              onClick={() => begin('replay', 'all')}
            >
              <span className="truncate">
                {search.job === undefined ? 'Replay all…' : `Replay all of ${search.job}…`}
              </span>
            </button>
          )}
        </>
      }
    >
      <div className="flex flex-wrap items-start gap-x-4 gap-y-2">
        <div className="min-w-0 flex-1 basis-[320px]">
          <DeadFilterBar search={asked} groups={groups.data?.groups} onChange={change} />
        </div>
        <Segments
          label="Which"
          value={areDiscarded ? 'discarded' : 'open'}
          items={[
            { value: 'open', label: 'Open' },
            { value: 'discarded', label: 'Discarded' },
          ]}
          onChange={(value) => {
            const { discarded: _discarded, ...others } = asked;
            change(value === 'discarded' ? { ...others, discarded: true } : others);
          }}
        />
      </div>
      {letters.length > 0 && <Lacking why={lacking} />}
      {plan !== null && (
        <div ref={goThere} key={JSON.stringify(plan.selection)} className="scroll-mt-4">
          {plan.act === 'replay' ? (
            <StartRun
              title={plan.title}
              selection={plan.selection}
              destinations={plan.chosen.destinations}
              onCancel={() => choose({ plan: null })}
            />
          ) : (
            <DiscardForm
              selection={plan.selection}
              onCancel={() => choose({ plan: null })}
              onDone={(view) => {
                setDiscarded(view);
                choose(nothing);
                void askAgain();
              }}
            />
          )}
        </div>
      )}
      {discarded !== null && (
        <Discarded
          key={discarded.discardId}
          act={discarded}
          onRestored={() => void askAgain()}
          onClose={() => setDiscarded(null)}
        />
      )}
      {replayed.length > 0 && (
        <Card title="Replayed by you" count={replayed.length}>
          <ul>
            {replayed.map((letter) => (
              <Replayed
                key={letter.deliveryId}
                letter={letter}
                onDone={() => setReplayed((known) => known.filter((each) => each !== letter))}
              />
            ))}
          </ul>
        </Card>
      )}
      {notReplayed.map(({ letter, why }) => (
        <Failure key={letter.deliveryId}>
          {letter.job} was not replayed: {why}
        </Failure>
      ))}
      {restore.isError && <Failure>Nothing was restored: {failureText(restore.error)}</Failure>}
      {!areDiscarded && groups.data !== undefined && letters.length > 0 && (
        <Groups
          view={groups.data}
          onChoose={(filters) => change(parseDeadSearch({ ...asked, ...filters }))}
        />
      )}
      {query.isError && query.data === undefined ? (
        <ProblemNotice
          error={query.error}
          what="Dead letters"
          onRetry={() => void query.refetch()}
        />
      ) : (
        <section
          aria-label={areDiscarded ? 'Discarded letters' : 'Dead letters'}
          className="flex-none overflow-clip rounded-[10px] border border-line bg-base"
        >
          {query.isPending && <RowsSkeleton rows={8} what="dead letters" />}
          {query.data !== undefined && letters.length === 0 && (
            <Nothing>
              <Empty
                areDiscarded={areDiscarded}
                isNarrowed={isNarrowed}
                job={search.job}
                onWiden={() => change(withoutFilters(search))}
              />
            </Nothing>
          )}
          {(ticked.size > 0 || isAll) && (
            <ChosenBar
              chosen={chosen}
              further={
                isAll || areDiscarded || whole === null || whole.letters <= ticked.size
                  ? null
                  : whole
              }
              lacking={lacking}
              areDiscarded={areDiscarded}
              onAll={() => choose({ isAll: true })}
              onReplay={() => begin('replay', isAll ? 'all' : 'ticked')}
              onDiscard={() => begin('discard', isAll ? 'all' : 'ticked')}
              onRestore={() => restore.mutate([...ticked.keys()])}
              onClear={clear}
            />
          )}
          {letters.length > 0 && (
            <DeadLettersTable
              letters={letters}
              ticked={ticked}
              isAll={isAll}
              openId={search.sel ?? null}
              busyIds={replaying}
              acts={{
                lacking,
                onReplay: (letter) => replay.mutate(letter),
                onInspect: (letter) =>
                  void navigate({
                    search: letter === null ? asked : { ...asked, sel: letter.deliveryId },
                    replace: true,
                  }),
                onTick: (letter, isTicked) => {
                  const next = new Map(
                    isAll ? letters.map((each) => [each.deliveryId, each]) : ticked,
                  );
                  if (isTicked) next.set(letter.deliveryId, letter);
                  else next.delete(letter.deliveryId);
                  choose({ ticked: next, isAll: false });
                },
                onTickPage: (isTicked) =>
                  choose({
                    ticked: isTicked
                      ? new Map(letters.map((each) => [each.deliveryId, each]))
                      : nobody,
                    isAll: false,
                  }),
              }}
            />
          )}
          {searchedUntil !== null && (
            <p className="px-4 pt-3 text-center text-[12px] text-sub">
              Searched back to <Moment at={searchedUntil} />
            </p>
          )}
          <LoadOlder query={query} />
        </section>
      )}
      <Runs />
    </Page>
  );
}

/** What is ticked can be far below what opens. */
function goThere(form: HTMLElement | null): void {
  form?.querySelector<HTMLElement>('input')?.focus({ preventScroll: true });
  form?.scrollIntoView({ block: 'nearest' });
}

/** A range of time is counted from now. */
function allNow(asked: DeadSearch): LetterSelection {
  return allOf(asked, Date.now());
}

function isNarrowedFurther(search: DeadSearch): boolean {
  return filtersIn(search).length > 1 || search.q !== undefined;
}

/** How many there are; while that is not known, how many are loaded. */
function countText(
  letters: readonly DeadLetter[],
  hasMore: boolean,
  whole: Chosen | null,
  areDiscarded: boolean,
): string {
  if (letters.length === 0) return 'none';
  if (!areDiscarded && whole !== null && whole.letters >= letters.length) {
    return `${whole.letters.toLocaleString('en')}${whole.isWhole ? '' : ' or more'}`;
  }
  return `${letters.length}${hasMore ? ' loaded' : ''}`;
}

function Failure({ children }: { children: ReactNode }): ReactElement {
  return (
    <p role="alert" className="flex items-center gap-2 text-fail">
      <Glyph tone="fail" />
      <span>{children}</span>
    </p>
  );
}

function Empty(props: {
  areDiscarded: boolean;
  isNarrowed: boolean;
  job: string | undefined;
  onWiden: () => void;
}): ReactElement {
  if (props.isNarrowed) {
    return (
      <>
        <span className="flex items-center gap-2 font-medium text-ink">
          <Glyph tone="ok" />
          {props.job === undefined ? 'No dead letter fits' : `No dead letter of ${props.job} fits`}
        </span>
        <button type="button" className="btn mt-2.5" onClick={props.onWiden}>
          Remove all filters
        </button>
      </>
    );
  }
  return (
    <>
      <span className="flex items-center gap-2 font-medium text-ink">
        <Glyph tone="ok" />
        {props.areDiscarded ? 'Nothing is discarded' : 'Nothing is lost'}
      </span>
      <p className="mt-1">
        {props.areDiscarded
          ? 'Dead letters that somebody said are not wanted stand here, with who said so and why. They can be restored.'
          : 'A delivery stands here once all its attempts have failed, its destination is gone or not allowed, or somebody cancelled it. Nothing is thrown away: it can be replayed from here.'}
      </p>
    </>
  );
}
