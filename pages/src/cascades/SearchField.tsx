// Takes whatever somebody types or pastes, a row, an e-mail, a job, an ID, and offers what it stands for.
import { MagnifyingGlassIcon } from '@phosphor-icons/react/MagnifyingGlass';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useId, useState, type KeyboardEvent, type ReactElement } from 'react';
import { searchQuery } from '../api/queries.ts';
import { useLate } from '../ui/use-late.ts';
import type { CascadesSearch } from './filters.ts';
import { meantBy, suggestionsOf, textSuggestion, type Suggestion } from './suggestions.ts';

export const searchFieldId = 'search-cascades';

const shortest = 2;
const longest = 2_000;
const pauseMs = 150;

export function SearchField(props: { onFilter: (added: CascadesSearch) => void }): ReactElement {
  const router = useRouter();
  const client = useQueryClient();
  const listId = useId();
  const [typed, setTyped] = useState('');
  const [picked, setPicked] = useState<number | null>(null);
  const [isOpen, setOpen] = useState(false);
  const text = typed.trim();
  const [settled, settle] = useLate(pauseMs);
  const isLong = text.length >= shortest;
  const query = useQuery({
    ...searchQuery(settled),
    enabled: isOpen && settled.length >= shortest,
  });
  const found = query.data !== undefined && settled === text ? query.data : null;
  const answers = found === null ? [] : suggestionsOf(found);
  const meant = found === null ? null : meantBy(text, answers);
  const options = isLong ? ordered(meant, answers, text) : [];
  const active = picked === null ? null : (options[picked] ?? null);

  const take = ({ leads }: Suggestion): void => {
    setTyped('');
    settle('');
    setPicked(null);
    setOpen(false);
    if (leads.to === 'filter') props.onFilter(leads.search);
    else router.history.push(leads.url);
  };
  const enter = useMutation({
    mutationFn: async (what: string): Promise<Suggestion> => {
      // Where it cannot be said what the text is, the list itself can still be searched for it.
      const view = await client.fetchQuery(searchQuery(what)).catch(() => null);
      return view === null ? textSuggestion(what) : meantBy(what, suggestionsOf(view));
    },
  });

  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0 && options.length > 0) {
      setOpen(true);
      const next = picked === null ? (step === 1 ? 0 : options.length - 1) : picked + step;
      setPicked((next + options.length) % options.length);
    } else if (event.key === 'Enter' && isLong) {
      if (active !== null) take(active);
      // Whoever types on or leaves meanwhile means something else by then.
      else if (!(enter.isPending && enter.variables === text))
        enter.mutate(text, { onSuccess: take });
    } else if (event.key === 'Escape' && (isOpen || typed !== '')) {
      if (!isOpen || !isLong) setTyped('');
      setOpen(false);
      setPicked(null);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const isShown = isOpen && isLong;
  return (
    <div className="relative w-full sm:w-[320px]">
      <MagnifyingGlassIcon
        size={14}
        aria-hidden="true"
        className="absolute top-[9px] left-2.5 text-sub"
      />
      <input
        id={searchFieldId}
        type="search"
        role="combobox"
        aria-label="Search cascades"
        aria-keyshortcuts="/"
        aria-autocomplete="list"
        aria-expanded={isShown}
        aria-controls={listId}
        aria-activedescendant={active === null ? undefined : `${listId}-${picked}`}
        placeholder="orders#42, an e-mail, a job, an ID"
        value={typed}
        maxLength={longest}
        spellCheck={false}
        autoComplete="off"
        onChange={({ target }) => {
          setTyped(target.value);
          enter.reset();
          settle(target.value.trim());
          setPicked(null);
          setOpen(true);
        }}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={onKeyDown}
        className="h-8 w-full rounded-lg border border-edge bg-raised pr-8 pl-8 text-[13px] placeholder:text-sub [&::-webkit-search-cancel-button]:hidden"
      />
      {typed === '' && (
        <kbd aria-hidden="true" className="kbd pointer-events-none absolute top-[7px] right-2">
          /
        </kbd>
      )}
      <div
        // Pressing on it must not take the focus from the field: that would close it.
        onPointerDown={(event) => event.preventDefault()}
        hidden={!isShown}
        className="absolute top-9 left-0 z-30 w-full min-w-[280px] overflow-hidden rounded-[10px] border border-line bg-raised shadow-sheet sm:w-[420px]"
      >
        {/* oxlint-disable jsx-a11y/prefer-tag-over-role -- No tag offers answers from elsewhere below a field. */}
        <div
          id={listId}
          role="listbox"
          aria-label="What it can be"
          className="max-h-[340px] overflow-y-auto p-1"
        >
          {options.map((option, index) => (
            <div
              key={`${option.kind} ${option.label} ${option.detail}`}
              id={`${listId}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === picked}
              onPointerMove={() => setPicked(index)}
              onPointerUp={() => take(option)}
              className="flex cursor-pointer flex-col rounded-md px-2.5 py-1.5 aria-selected:bg-tint"
            >
              <span className="flex min-w-0 items-baseline gap-1.5">
                <span className="flex-none text-[12px] text-sub">{option.kind}</span>
                <span className="truncate font-medium">{option.label}</span>
                {option === meant && (
                  <kbd aria-hidden="true" className="kbd ml-auto flex-none self-center">
                    Enter
                  </kbd>
                )}
              </span>
              <span className="truncate text-[12px] text-sub">{option.detail}</span>
            </div>
          ))}
        </div>
        {/* oxlint-enable jsx-a11y/prefer-tag-over-role */}
        {found !== null && found.wrong !== null && (
          <p className="border-t border-hair px-3.5 py-2 text-[12px] text-sub">{found.wrong}</p>
        )}
        {query.isError && (
          <p role="alert" className="border-t border-hair px-3.5 py-2 text-[12px] text-fail">
            What it stands for could not be looked up: {query.error.message}
          </p>
        )}
      </div>
    </div>
  );
}

/** What Enter means first; the text itself always among them. */
function ordered(
  meant: Suggestion | null,
  answers: readonly Suggestion[],
  text: string,
): Suggestion[] {
  if (meant === null) return [textSuggestion(text)];
  const others = answers.filter((answer) => answer !== meant);
  return answers.includes(meant) ? [meant, ...others, textSuggestion(text)] : [meant, ...others];
}
