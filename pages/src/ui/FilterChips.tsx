// A row of chips, one for each filter in force: to be added, changed and removed. Which filters there are, and what they
// mean, is the page's to say.
import { FunnelSimpleIcon } from '@phosphor-icons/react/FunnelSimple';
import { XIcon } from '@phosphor-icons/react/X';
import { useRef, useState, type KeyboardEvent, type ReactElement, type ReactNode } from 'react';

/** One filter in force. */
export interface FilterChip<Name extends string> {
  name: Name;
  /** What is said after its label; empty where the label says it all. */
  text: string;
}

export interface FilterChipsProps<Name extends string> {
  inForce: readonly FilterChip<Name>[];
  labels: Record<Name, string>;
  /** Those that can be added, in order. */
  offered: readonly Name[];
  /** False: it is there or not, and has nothing to choose. */
  isEditable: (name: Name) => boolean;
  /** Sets one that is not editable. */
  onAdd: (name: Name) => void;
  onRemove: (name: Name) => void;
  onRemoveAll: () => void;
  /** What sets an editable one; `close` when it has been set. */
  renderEditor: (name: Name, close: () => void) => ReactNode;
  /** What stands before the chips. */
  children: ReactNode;
}

/** What stands open below the bar, and how far from its left edge. */
type Open<Name> = { what: Name | null; leftPx: number } | null;

const cardWidthPx = 300;

function focusFirst(card: HTMLElement | null): void {
  card?.querySelector<HTMLElement>('input, select, button')?.focus();
}

function Chip(props: {
  label: string;
  text: string;
  isEditable: boolean;
  isOpen: boolean;
  onOpen: (from: HTMLElement) => void;
  onRemove: () => void;
}): ReactElement {
  const { label, text } = props;
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
      {props.isEditable ? (
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
        <span className="flex min-w-0 items-center gap-1 pr-1 pl-2.5" title={text}>
          {words}
        </span>
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

function Opened<Name extends string>(props: {
  name: Name;
  render: FilterChipsProps<Name>['renderEditor'];
  onDone: () => void;
}): ReactNode {
  return props.render(props.name, props.onDone);
}

export function FilterChips<Name extends string>(props: FilterChipsProps<Name>): ReactElement {
  const { inForce, labels, offered, isEditable } = props;
  const [open, setOpen] = useState<Open<Name>>(null);
  const bar = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLElement>(null);
  const add = useRef<HTMLButtonElement>(null);

  const openBelow = (what: Name | null, from: HTMLElement): void => {
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
  const remove = (name: Name): void => {
    props.onRemove(name);
    setOpen(null);
    add.current?.focus();
  };
  const choose = (name: Name): void => {
    if (isEditable(name)) {
      setOpen((known) => known && { ...known, what: name });
      return;
    }
    props.onAdd(name);
    close();
  };

  return (
    <div
      ref={bar}
      className="relative flex flex-none flex-wrap items-center gap-2"
      onBlur={({ currentTarget, relatedTarget }) => {
        // The window has lost the focus, and will give it back.
        if (!document.hasFocus()) return;
        if (!(relatedTarget instanceof Node && currentTarget.contains(relatedTarget)))
          setOpen(null);
      }}
    >
      {props.children}
      {inForce.length > 0 && (
        <ul aria-label="Filters" className="contents">
          {inForce.map(({ name, text }) => (
            <Chip
              key={name}
              label={labels[name]}
              text={text}
              isEditable={isEditable(name)}
              isOpen={open?.what === name}
              onOpen={(from) => openBelow(name, from)}
              onRemove={() => remove(name)}
            />
          ))}
        </ul>
      )}
      <button
        ref={add}
        type="button"
        aria-haspopup="dialog"
        aria-expanded={open?.what === null}
        onClick={({ currentTarget }) => openBelow(null, currentTarget)}
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
            props.onRemoveAll();
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
          key={open.what ?? ''}
          aria-label={open.what === null ? 'Add filter' : labels[open.what]}
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
          {open.what === null ? (
            <div className="grid grid-cols-2 gap-0.5">
              {offered.map((name) => (
                <button
                  key={name}
                  type="button"
                  onClick={() => choose(name)}
                  className="flex min-h-8 items-center rounded-md px-2 text-left hover:bg-tint"
                >
                  {labels[name]}
                </button>
              ))}
            </div>
          ) : (
            <Opened name={open.what} render={props.renderEditor} onDone={close} />
          )}
        </dialog>
      )}
    </div>
  );
}
