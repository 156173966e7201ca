// Underlined tabs with counts: one tab stop, arrow keys between them.
import { useId, type KeyboardEvent, type ReactElement, type ReactNode } from 'react';

export interface TabItem<T extends string> {
  value: T;
  label: string;
  count?: number;
}

export function Tabs<T extends string>(props: {
  items: TabItem<T>[];
  value: T;
  onChange: (value: T) => void;
  label: string;
  children: ReactNode;
}): ReactElement {
  const { items, value } = props;
  const id = useId();
  const move = (event: KeyboardEvent<HTMLDivElement>): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    const at = items.findIndex((item) => item.value === value);
    const next = items[(at + step + items.length) % items.length];
    if (next === undefined) return;
    event.preventDefault();
    props.onChange(next.value);
    event.currentTarget.querySelector<HTMLElement>(`[data-tab="${next.value}"]`)?.focus();
  };
  return (
    <>
      <div
        role="tablist"
        tabIndex={-1}
        aria-label={props.label}
        onKeyDown={move}
        className="flex h-[38px] flex-none items-stretch gap-[18px] overflow-x-auto border-b border-line px-4 text-[12.5px] font-medium text-sub"
      >
        {items.map((item) => (
          <button
            key={item.value}
            type="button"
            role="tab"
            id={`${id}-${item.value}`}
            data-tab={item.value}
            aria-selected={item.value === value}
            aria-controls={`${id}-panel`}
            tabIndex={item.value === value ? 0 : -1}
            onClick={() => props.onChange(item.value)}
            className="-mb-px flex items-center gap-[5px] border-b-2 border-transparent whitespace-nowrap -outline-offset-2! hover:text-ink aria-selected:border-ink aria-selected:text-ink"
          >
            {item.label}
            {item.count !== undefined && (
              <span className="rounded-full bg-tint px-1.5 text-[11px] leading-4 text-sub">
                {item.count}
              </span>
            )}
          </button>
        ))}
      </div>
      <div
        role="tabpanel"
        id={`${id}-panel`}
        aria-labelledby={`${id}-${value}`}
        className="flex min-h-[220px] flex-1 flex-col"
      >
        {props.children}
      </div>
    </>
  );
}
