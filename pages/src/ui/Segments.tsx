// One choice of a few, as a row of buttons: each is a link's worth of state, so the caller keeps it in the address.
import type { ReactElement } from 'react';

/** Letters from which on a label may not fit a narrow page. */
const longLabel = 30;

export function Segments<T extends string>(props: {
  label: string;
  value: T;
  items: readonly { value: T; label: string }[];
  onChange: (value: T) => void;
}): ReactElement {
  return (
    <fieldset className="flex min-w-0 flex-wrap gap-1.5">
      <legend className="sr-only">{props.label}</legend>
      {props.items.map(({ value, label }) => (
        <button
          key={value}
          type="button"
          aria-pressed={value === props.value}
          onClick={() => props.onChange(value)}
          title={label.length > longLabel ? label : undefined}
          className="btn max-w-full text-sub aria-pressed:border-wire aria-pressed:text-ink"
        >
          <span className="truncate">{label}</span>
        </button>
      ))}
    </fieldset>
  );
}
