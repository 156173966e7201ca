// What the list of dead letters is narrowed by: a text, and a chip for each filter. What can be chosen is what there is.
import { MagnifyingGlassIcon } from '@phosphor-icons/react/MagnifyingGlass';
import { useState, type FormEvent, type ReactElement } from 'react';
import type { DeadLetterGroupsView } from '../../../src/api/dead-letter-views.ts';
import { Choices, Form } from '../cascades/FilterEditor.tsx';
import { ranges, rangeWords } from '../cascades/filters.ts';
import { useZone } from '../time/clock.ts';
import { TextField } from '../ui/Field.tsx';
import { FilterChips } from '../ui/FilterChips.tsx';
import {
  filterLabels,
  filterNames,
  filtersIn,
  filterText,
  parseDeadSearch,
  shortestText,
  statusText,
  withFilter,
  withoutFilter,
  withoutFilters,
  type DeadSearch,
  type FilterName,
} from './filters.ts';
import { everyReason, reasonText } from './words.ts';

export const searchFieldId = 'search-dead-letters';

interface BarProps {
  search: DeadSearch;
  /** Undefined while they are not known. */
  groups: DeadLetterGroupsView['groups'] | undefined;
  onChange: (search: DeadSearch) => void;
}

const hints: Record<'job' | 'trigger' | 'source' | 'destination' | 'error', string> = {
  job: 'Was for this job.',
  trigger: 'This event trigger fired.',
  source: 'Came from this database.',
  destination: 'Its last attempt went to this URL.',
  error: 'What came of the last attempt, whole.',
};

function wordsOf<T extends string>(
  values: readonly T[],
  word: (value: T) => string,
): Record<string, string> {
  return Object.fromEntries(values.map((value) => [value, word(value)]));
}

function known(groups: BarProps['groups'], name: keyof typeof hints): string[] {
  const values = (groups ?? []).flatMap((group) => {
    if (name === 'destination') return group.destinations;
    if (name === 'trigger') return [];
    return group[name] ?? [];
  });
  return [...new Set(values)];
}

function Editor(
  props: BarProps & { name: FilterName; onSet: (change: DeadSearch) => void },
): ReactElement {
  const { name, search, onSet, groups } = props;
  switch (name) {
    case 'reason':
      return (
        <Choices
          label={filterLabels.reason}
          values={everyReason}
          words={wordsOf(everyReason, reasonText)}
          value={search.reason}
          onChoose={(reason) => onSet({ reason })}
        />
      );
    case 'time':
      return (
        <Choices
          label="Died in the"
          values={ranges}
          words={rangeWords}
          value={search.range}
          onChoose={(range) => onSet({ range })}
        />
      );
    case 'status': {
      const statuses = [...new Set((groups ?? []).map(({ status }) => status ?? 0))]
        .toSorted((a, b) => a - b)
        .map(String);
      return (
        <Choices
          label="Answer to the last attempt"
          values={statuses}
          words={wordsOf(statuses, (status) => statusText(Number(status)))}
          value={search.status === undefined ? undefined : String(search.status)}
          onChoose={(status) => onSet({ status: Number(status) })}
        />
      );
    }
    case 'job':
    case 'trigger':
    case 'source':
    case 'destination':
    case 'error':
      return (
        <TextEditor
          name={name}
          value={search[name] ?? ''}
          known={known(groups, name)}
          onSet={(text) => onSet(text === '' ? {} : { [name]: text })}
        />
      );
  }
}

function TextEditor(props: {
  name: keyof typeof hints;
  value: string;
  known: readonly string[];
  onSet: (text: string) => void;
}): ReactElement {
  const [typed, setTyped] = useState(props.value);
  const listId = `known-${props.name}`;
  return (
    <Form onSubmit={() => props.onSet(typed.trim())}>
      <TextField
        label={filterLabels[props.name]}
        value={typed}
        onChange={setTyped}
        hint={hints[props.name]}
        list={listId}
      />
      <datalist id={listId}>
        {props.known.map((value) => (
          <option key={value}>{value}</option>
        ))}
      </datalist>
    </Form>
  );
}

function TextSearch(props: { q: string; onSearch: (q: string) => void }): ReactElement {
  const [typed, setTyped] = useState(props.q);
  // The address has changed: by going back, or by removing all filters.
  const [shownFor, setShownFor] = useState(props.q);
  if (shownFor !== props.q) {
    setShownFor(props.q);
    setTyped(props.q);
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const text = typed.trim();
    if (text === '' || text.length >= shortestText) props.onSearch(text);
  };
  return (
    <search className="relative w-full sm:w-[320px]">
      <form onSubmit={submit}>
        <MagnifyingGlassIcon
          size={14}
          aria-hidden="true"
          className="absolute top-[9px] left-2.5 text-sub"
        />
        <input
          id={searchFieldId}
          type="search"
          aria-label="Search dead letters"
          aria-keyshortcuts="/"
          placeholder="orders#42, an error, an ID"
          title="A row, the ID of a delivery, event or cascade, or what stands in an error, a job, a trigger or a destination. Enter searches."
          value={typed}
          maxLength={200}
          spellCheck={false}
          autoComplete="off"
          onChange={({ target }) => {
            setTyped(target.value);
            // The cross that browsers put into the field says so at once.
            if (target.value === '') props.onSearch('');
          }}
          onBlur={() => {
            const text = typed.trim();
            if (text !== props.q && (text === '' || text.length >= shortestText))
              props.onSearch(text);
          }}
          className="h-8 w-full rounded-lg border border-edge bg-raised pr-2 pl-8 text-[13px] placeholder:text-sub"
        />
      </form>
    </search>
  );
}

export function DeadFilterBar(props: BarProps): ReactElement {
  const { search, onChange } = props;
  const { zone } = useZone();
  const names = filtersIn(search);
  const { q = '' } = search;
  return (
    <FilterChips
      inForce={names.map((name) => ({ name, text: filterText(search, name, zone) }))}
      labels={filterLabels}
      offered={filterNames.filter((name) => !names.includes(name))}
      isEditable={() => true}
      onAdd={() => undefined}
      onRemove={(name) => onChange(withoutFilter(search, name))}
      onRemoveAll={() => onChange(withoutFilters(search))}
      renderEditor={(name, close) => (
        <Editor
          {...props}
          name={name}
          onSet={(change) => {
            onChange(withFilter(search, name, change));
            close();
          }}
        />
      )}
    >
      <TextSearch
        q={q}
        onSearch={(text) => {
          if (text !== q) onChange(parseDeadSearch({ ...search, q: text }));
        }}
      />
    </FilterChips>
  );
}
