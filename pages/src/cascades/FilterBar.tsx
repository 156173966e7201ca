// The search field and a chip for each filter: to be added, changed and removed. All of it is in the address; this only
// says what is to be there.
import { FunnelSimpleIcon } from '@phosphor-icons/react/FunnelSimple';
import { XIcon } from '@phosphor-icons/react/X';
import { useRef, useState, type KeyboardEvent, type ReactElement } from 'react';
import { useZone } from '../time/clock.ts';
import { FilterEditor, type FilterEditorProps } from './FilterEditor.tsx';
import {
  filterLabels,
  filterNames,
  filtersIn,
  filterText,
  withFilter,
  withoutFilter,
  type CascadesSearch,
  type FilterName,
} from './filters.ts';
import { SearchField } from './SearchField.tsx';

type Editable = FilterEditorProps['name'];

/** What stands open below the bar, and how far from its left edge. */
type Open = { what: Editable | 'add'; leftPx: number } | null;

const cardWidthPx = 300;

function isEditable(name: FilterName): name is Editable {
  return name !== 'errors' && name !== 'incomplete';
}

function focusFirst(card: HTMLElement | null): void {
  card?.querySelector<HTMLElement>('input, button')?.focus();
}

function Chip(props: {
  name: FilterName;
  text: string;
  isOpen: boolean;
  onOpen: (from: HTMLElement) => void;
  onRemove: () => void;
}): ReactElement {
  const { name, text } = props;
  const label = filterLabels[name];
  const words = (
    <>
      {text !== '' && <span className="text-sub">{label}:</span>}
      <span className="max-w-[220px] truncate font-semibold">{text === '' ? label : text}</span>
    </>
  );
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Delete' && event.key !== 'Backspace') return;
    event.preventDefault();
    props.onRemove();
  };
  return (
    <li className="flex h-8 max-w-full items-center rounded-lg border border-edge bg-raised text-[12px]">
      {isEditable(name) ? (
        <button
          type="button"
          aria-haspopup="dialog"
          aria-expanded={props.isOpen}
          title={text}
          onClick={({ currentTarget }) => props.onOpen(currentTarget)}
          onKeyDown={onKeyDown}
          className="flex h-full min-w-0 items-center gap-1 rounded-l-lg pr-1 pl-2.5 hover:bg-tint"
        >
          {words}
        </button>
      ) : (
        <span className="flex items-center pr-1 pl-2.5">{words}</span>
      )}
      <button
        type="button"
        aria-label={`Remove filter ${label}${text === '' ? '' : `: ${text}`}`}
        title="Remove"
        onClick={props.onRemove}
        onKeyDown={onKeyDown}
        className="flex h-full w-7 flex-none items-center justify-center rounded-r-lg text-sub hover:bg-tint hover:text-ink"
      >
        <XIcon size={12} />
      </button>
    </li>
  );
}

export function FilterBar(props: {
  search: CascadesSearch;
  onChange: (search: CascadesSearch) => void;
}): ReactElement {
  const { search, onChange } = props;
  const { zone } = useZone();
  const [open, setOpen] = useState<Open>(null);
  const bar = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLElement>(null);
  const add = useRef<HTMLButtonElement>(null);
  const inForce = filtersIn(search);

  const openBelow = (what: Editable | 'add', from: HTMLElement): void => {
    opener.current = from;
    const width = bar.current?.clientWidth ?? 0;
    const leftPx = Math.max(0, Math.min(from.offsetLeft, width - cardWidthPx));
    setOpen((known) => (known?.what === what ? null : { what, leftPx }));
  };
  const close = (): void => {
    setOpen(null);
    const back = opener.current?.isConnected === true ? opener.current : add.current;
    back?.focus();
  };
  const set = (name: FilterName, change: CascadesSearch): void => {
    onChange(withFilter(search, name, change));
    close();
  };
  const remove = (name: FilterName): void => {
    onChange(withoutFilter(search, name));
    setOpen(null);
    add.current?.focus();
  };
  const choose = (name: FilterName): void => {
    if (isEditable(name)) setOpen((known) => known && { ...known, what: name });
    else set(name, { [name]: true });
  };

  return (
    <div
      ref={bar}
      className="relative mx-4 mb-3 flex flex-none flex-wrap items-center gap-2 sm:mx-6"
      onBlur={({ currentTarget, relatedTarget }) => {
        // The window has lost the focus, and will give it back.
        if (!document.hasFocus()) return;
        if (!(relatedTarget instanceof Node && currentTarget.contains(relatedTarget)))
          setOpen(null);
      }}
    >
      <SearchField onFilter={(added) => onChange({ ...search, ...added })} />
      {inForce.length > 0 && (
        <ul aria-label="Filters" className="contents">
          {inForce.map((name) => (
            <Chip
              key={name}
              name={name}
              text={filterText(search, name, zone)}
              isOpen={open?.what === name}
              onOpen={(from) => isEditable(name) && openBelow(name, from)}
              onRemove={() => remove(name)}
            />
          ))}
        </ul>
      )}
      <button
        ref={add}
        type="button"
        aria-haspopup="dialog"
        aria-expanded={open?.what === 'add'}
        onClick={({ currentTarget }) => openBelow('add', currentTarget)}
        className="btn h-8"
      >
        <FunnelSimpleIcon size={14} />
        Add filter
      </button>
      {inForce.length > 1 && (
        <button
          type="button"
          className="link text-[12px]"
          onClick={() => {
            onChange({});
            add.current?.focus();
          }}
        >
          Remove all
        </button>
      )}
      {open !== null && (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- Escape closes it, wherever in it.
        <dialog
          open
          key={open.what}
          aria-label={open.what === 'add' ? 'Add filter' : filterLabels[open.what]}
          tabIndex={-1}
          ref={focusFirst}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return;
            event.preventDefault();
            event.stopPropagation();
            close();
          }}
          style={{
            // Also in a window that has become narrower since.
            left: `max(0px, min(${open.leftPx}px, 100% - ${cardWidthPx}px))`,
            right: 'auto',
            width: cardWidthPx,
          }}
          className="absolute top-full z-30 m-0 mt-1 max-w-full text-ink rounded-[10px] border border-line bg-raised p-3 shadow-sheet outline-none"
        >
          {open.what === 'add' ? (
            <div className="grid grid-cols-2 gap-0.5">
              {filterNames
                .filter((name) => name !== 'text' && !inForce.includes(name))
                .map((name) => (
                  <button
                    key={name}
                    type="button"
                    onClick={() => choose(name)}
                    className="flex min-h-8 items-center rounded-md px-2 text-left hover:bg-tint"
                  >
                    {filterLabels[name]}
                  </button>
                ))}
            </div>
          ) : (
            <FilterEditor
              name={open.what}
              search={search}
              onSet={(change) => open.what !== 'add' && set(open.what, change)}
            />
          )}
        </dialog>
      )}
    </div>
  );
}
