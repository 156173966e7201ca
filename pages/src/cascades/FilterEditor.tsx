// Sets one filter: a choice, a text, a stretch of time, a length of time. Decides nothing of what fits.
import { useQuery } from '@tanstack/react-query';
import { useId, useState, type FormEvent, type ReactElement, type ReactNode } from 'react';
import { searchQuery } from '../api/queries.ts';
import { useZone } from '../time/clock.ts';
import { readSpan } from '../time/span.ts';
import { TextField } from '../ui/Field.tsx';
import { useLate } from '../ui/use-late.ts';
import {
  actorKinds,
  actorKindWords,
  filterLabels,
  fromLocalInput,
  ranges,
  rangeWords,
  statuses,
  statusWords,
  toLocalInput,
  type CascadesSearch,
  type FilterName,
  type TextFilter,
} from './filters.ts';

export type FilterEditorProps = {
  name: Exclude<FilterName, 'errors' | 'incomplete'>;
  search: CascadesSearch;
  /** All that the filter is from now on. */
  onSet: (change: CascadesSearch) => void;
};

export function Choices<T extends string>(props: {
  label: string;
  values: readonly T[];
  words: Record<T, string>;
  value: T | undefined;
  onChoose: (value: T) => void;
}): ReactElement {
  return (
    <fieldset className="flex flex-col gap-0.5">
      <legend className="mb-1.5 font-medium">{props.label}</legend>
      {props.values.map((value) => (
        <button
          key={value}
          type="button"
          aria-pressed={value === props.value}
          onClick={() => props.onChoose(value)}
          className="flex min-h-8 items-center rounded-md px-2 text-left hover:bg-tint aria-pressed:bg-tint aria-pressed:font-semibold"
        >
          {props.words[value]}
        </button>
      ))}
    </fieldset>
  );
}

export function Form(props: { onSubmit: () => void; children: ReactNode }): ReactElement {
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    props.onSubmit();
  };
  return (
    <form className="flex flex-col gap-3" onSubmit={submit} noValidate>
      {props.children}
      <button type="submit" className="btn self-start">
        Apply
      </button>
    </form>
  );
}

const texts: Record<TextFilter, { hint: string; placeholder: string }> = {
  text: { hint: 'Stands in a name, or begins an ID.', placeholder: 'order' },
  row: { hint: 'Cascades that wrote this row.', placeholder: 'orders#42' },
  table: { hint: 'Cascades that wrote a table of this name.', placeholder: 'orders' },
  actor: {
    hint: 'The e-mail of a person, or the name of a system, that wrote something.',
    placeholder: 'dana@acme.io',
  },
  job: { hint: 'Something was delivered to this job.', placeholder: 'charge-card' },
  trigger: { hint: 'This event trigger fired.', placeholder: 'order_paid' },
  route: {
    hint: 'Something took this route, or was delivered to this URL.',
    placeholder: 'orders-eu',
  },
  source: { hint: 'Something came from this database.', placeholder: 'shop' },
};

function whatIsWrong(name: TextFilter, text: string): string | undefined {
  if (name === 'text' && text !== '' && text.length < 2) return 'Two characters at least.';
  if (name === 'row' && text !== '' && !/^[^\s#/]+(?:\s*#\s*|\s+|\/)\S/.test(text)) {
    return 'Name a row as orders#42, public.orders#42 or shop/public/orders/42.';
  }
  return undefined;
}

function TextEditor(props: Omit<FilterEditorProps, 'name'> & { name: TextFilter }): ReactElement {
  const { name } = props;
  const listId = useId();
  const [typed, setTyped] = useState(props.search[name] ?? '');
  const [isTried, setTried] = useState(false);
  const text = typed.trim();
  const wrong = whatIsWrong(name, text);
  const [settled, settle] = useLate(150);
  const hasNames = name !== 'text' && name !== 'row';
  const { data } = useQuery({ ...searchQuery(settled), enabled: hasNames && settled.length >= 2 });
  const known = data?.answers.filter(({ kind }) => kind === name).map(({ label }) => label) ?? [];
  return (
    <Form
      onSubmit={() => {
        setTried(true);
        if (wrong === undefined) props.onSet(text === '' ? {} : { [name]: text });
      }}
    >
      <TextField
        label={filterLabels[name]}
        value={typed}
        onChange={(next) => {
          setTyped(next);
          settle(next.trim());
        }}
        placeholder={texts[name].placeholder}
        hint={texts[name].hint}
        error={isTried ? wrong : undefined}
        list={listId}
      />
      <datalist id={listId}>
        {[...new Set(known)].map((label) => (
          <option key={label}>{label}</option>
        ))}
      </datalist>
    </Form>
  );
}

function TimeEditor({ search, onSet }: Omit<FilterEditorProps, 'name'>): ReactElement {
  const { zone } = useZone();
  const [from, setFrom] = useState(() => toLocalInput(search.from, zone));
  const [until, setUntil] = useState(() => toLocalInput(search.until, zone));
  const [isTried, setTried] = useState(false);
  const wrong =
    from !== '' && until !== '' && until <= from ? 'This must be after "Since".' : undefined;
  return (
    <div className="flex flex-col gap-3">
      <fieldset>
        <legend className="mb-1.5 font-medium">Began in the</legend>
        <div className="flex flex-wrap gap-1.5">
          {ranges.map((range) => (
            <button
              key={range}
              type="button"
              aria-pressed={range === search.range}
              onClick={() => onSet({ range })}
              className="btn text-sub aria-pressed:border-wire aria-pressed:text-ink"
            >
              {rangeWords[range].toLowerCase()}
            </button>
          ))}
        </div>
      </fieldset>
      <Form
        onSubmit={() => {
          setTried(true);
          if (wrong !== undefined) return;
          const since = fromLocalInput(from, zone);
          const before = fromLocalInput(until, zone);
          onSet({
            ...(since === undefined ? {} : { from: since }),
            ...(before === undefined ? {} : { until: before }),
          });
        }}
      >
        <TextField label="Since" type="datetime-local" value={from} onChange={setFrom} />
        <TextField
          label="Before"
          type="datetime-local"
          value={until}
          onChange={setUntil}
          error={isTried ? wrong : undefined}
          hint={zone === 'UTC' ? 'In UTC.' : 'In local time.'}
        />
      </Form>
    </div>
  );
}

const spanHint = 'Such as 500ms, 2s, 10min or 1h.';

function wrongOf(text: string): string | undefined {
  return text.trim() !== '' && readSpan(text) === null
    ? `Not a length of time. ${spanHint}`
    : undefined;
}

function DurationEditor({ search, onSet }: Omit<FilterEditorProps, 'name'>): ReactElement {
  const [min, setMin] = useState(search.minMs === undefined ? '' : `${search.minMs}ms`);
  const [max, setMax] = useState(search.maxMs === undefined ? '' : `${search.maxMs}ms`);
  const [isTried, setTried] = useState(false);
  const minMs = readSpan(min);
  const maxMs = readSpan(max);
  const isCrossed = minMs !== null && maxMs !== null && maxMs < minMs;
  const wrongMin = wrongOf(min);
  const wrongMax = wrongOf(max) ?? (isCrossed ? 'This is less than "At least".' : undefined);
  return (
    <Form
      onSubmit={() => {
        setTried(true);
        if (wrongMin !== undefined || wrongMax !== undefined) return;
        onSet({
          ...(minMs === null ? {} : { minMs }),
          ...(maxMs === null ? {} : { maxMs }),
        });
      }}
    >
      <TextField
        label="Took at least"
        value={min}
        onChange={setMin}
        placeholder="2s"
        error={isTried ? wrongMin : undefined}
      />
      <TextField
        label="Took at most"
        value={max}
        onChange={setMax}
        placeholder="10min"
        error={isTried ? wrongMax : undefined}
        hint={`${spanHint} Cascades that have not ended do not fit.`}
      />
    </Form>
  );
}

export function FilterEditor(props: FilterEditorProps): ReactElement {
  const { name, search, onSet } = props;
  switch (name) {
    case 'status':
      return (
        <Choices
          label={filterLabels.status}
          values={statuses}
          words={statusWords}
          value={search.status}
          onChoose={(status) => onSet({ status })}
        />
      );
    case 'actorKind':
      return (
        <Choices
          label={filterLabels.actorKind}
          values={actorKinds}
          words={actorKindWords}
          value={search.actorKind}
          onChoose={(actorKind) => onSet({ actorKind })}
        />
      );
    case 'time':
      return <TimeEditor search={search} onSet={onSet} />;
    case 'duration':
      return <DurationEditor search={search} onSet={onSet} />;
    case 'text':
    case 'row':
    case 'table':
    case 'actor':
    case 'job':
    case 'trigger':
    case 'route':
    case 'source':
      return <TextEditor name={name} search={search} onSet={onSet} />;
  }
}
