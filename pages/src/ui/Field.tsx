// Fields of forms: a label, the control, a hint, and what is wrong with it, tied together for screen readers.
import { PlusIcon } from '@phosphor-icons/react/Plus';
import { XIcon } from '@phosphor-icons/react/X';
import { useId, type ReactElement, type ReactNode } from 'react';
import { Glyph } from './Glyph.tsx';

const control =
  'h-8 w-full min-w-0 rounded-lg border border-edge bg-raised px-2.5 text-[13px] aria-invalid:border-fail disabled:bg-recess disabled:text-sub';

export function FieldError({ id, children }: { id?: string; children: ReactNode }): ReactElement {
  return (
    <p id={id} className="flex items-start gap-1.5 text-[12px] wrap-anywhere text-fail">
      <span className="mt-0.5">
        <Glyph tone="fail" size={13} />
      </span>
      <span className="min-w-0">{children}</span>
    </p>
  );
}

/** `children` gets what ties a control to its label and its error. */
export function Field(props: {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  children: (tied: {
    id: string;
    'aria-invalid': boolean;
    'aria-describedby': string | undefined;
  }) => ReactNode;
}): ReactElement {
  const id = useId();
  const described = [
    props.error === undefined ? null : `${id}-error`,
    props.hint === undefined ? null : `${id}-hint`,
  ].filter((part) => part !== null);
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <label htmlFor={id} className="font-medium">
        {props.label}
      </label>
      {props.children({
        id,
        'aria-invalid': props.error !== undefined,
        'aria-describedby': described.join(' ') || undefined,
      })}
      {props.error !== undefined && <FieldError id={`${id}-error`}>{props.error}</FieldError>}
      {props.hint !== undefined && (
        <p id={`${id}-hint`} className="text-[12px] text-sub">
          {props.hint}
        </p>
      )}
    </div>
  );
}

export function TextField(props: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  hint?: ReactNode;
  error?: string | undefined;
  placeholder?: string;
  mono?: boolean;
  disabled?: boolean;
  type?: 'text' | 'number' | 'datetime-local';
  required?: boolean;
  /** The id of a `<datalist>`. */
  list?: string;
}): ReactElement {
  return (
    <Field label={props.label} hint={props.hint} error={props.error}>
      {(tied) => (
        <input
          {...tied}
          list={props.list}
          type={props.type ?? 'text'}
          value={props.value}
          placeholder={props.placeholder}
          disabled={props.disabled}
          required={props.required}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => props.onChange(event.target.value)}
          className={`${control} ${props.mono === true ? 'font-mono text-[12px]' : ''}`}
        />
      )}
    </Field>
  );
}

export function TextArea(props: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  rows: number;
  hint?: ReactNode;
  error?: string | undefined;
  placeholder?: string;
}): ReactElement {
  return (
    <Field label={props.label} hint={props.hint} error={props.error}>
      {(tied) => (
        <textarea
          {...tied}
          rows={props.rows}
          value={props.value}
          placeholder={props.placeholder}
          spellCheck={false}
          onChange={(event) => props.onChange(event.target.value)}
          className="w-full min-w-0 resize-y rounded-lg border border-edge bg-raised px-2.5 py-1.5 font-mono text-[12px] leading-[18px] aria-invalid:border-fail"
        />
      )}
    </Field>
  );
}

export function SelectField<T extends string>(props: {
  label: string;
  value: T;
  items: readonly { value: T; label: string }[];
  onChange: (value: T) => void;
  hint?: ReactNode;
  error?: string | undefined;
}): ReactElement {
  return (
    <Field label={props.label} hint={props.hint} error={props.error}>
      {(tied) => (
        <select
          {...tied}
          value={props.value}
          onChange={(event) => {
            const chosen = props.items.find(({ value }) => value === event.target.value);
            if (chosen !== undefined) props.onChange(chosen.value);
          }}
          className={control}
        >
          {props.items.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

export function CheckField(props: {
  label: string;
  hint?: ReactNode;
  checked: boolean;
  onChange: (checked: boolean) => void;
}): ReactElement {
  const id = useId();
  return (
    <div className="flex items-start gap-2">
      <input
        id={id}
        type="checkbox"
        checked={props.checked}
        aria-describedby={props.hint === undefined ? undefined : `${id}-hint`}
        onChange={(event) => props.onChange(event.target.checked)}
        className="mt-px size-4 flex-none accent-(--tl-brand)"
      />
      <span className="flex min-w-0 flex-col">
        <label htmlFor={id} className="font-medium">
          {props.label}
        </label>
        {props.hint !== undefined && (
          <span id={`${id}-hint`} className="text-[12px] text-sub">
            {props.hint}
          </span>
        )}
      </span>
    </div>
  );
}

/** A list of texts, one line each. Several lines pasted into one become several. */
export function LinesField(props: {
  label: string;
  /** "destination": names each line and the button that adds one. */
  of: string;
  values: readonly string[];
  onChange: (values: string[]) => void;
  hint?: ReactNode;
  error?: string | undefined;
  /** Of a line, by its place. */
  errorAt: (index: number) => string | undefined;
  placeholder?: string;
}): ReactElement {
  const { values, onChange } = props;
  const id = useId();
  const set = (index: number, text: string): void => {
    const lines = text.split(/[\s,]+/).filter((line) => line !== '');
    onChange(values.toSpliced(index, 1, ...(lines.length > 1 ? lines : [text.trimStart()])));
  };
  return (
    <fieldset className="flex min-w-0 flex-col gap-1.5">
      <legend className="mb-1.5 font-medium">{props.label}</legend>
      {values.map((value, index) => {
        const error = props.errorAt(index);
        const errorId = `${id}-${index}-error`;
        return (
          // oxlint-disable-next-line react/no-array-index-key -- A line is its place: two can say the same.
          <div key={index} className="flex flex-col gap-1">
            <div className="flex items-center gap-1">
              <span className="w-5 flex-none text-right text-[12px] text-sub" aria-hidden="true">
                {index + 1}
              </span>
              <input
                value={value}
                aria-label={`${props.of} ${index + 1}`}
                aria-invalid={error !== undefined}
                aria-describedby={error === undefined ? undefined : errorId}
                placeholder={props.placeholder}
                spellCheck={false}
                autoComplete="off"
                onChange={(event) => set(index, event.target.value)}
                onPaste={(event) => {
                  const text = event.clipboardData.getData('text');
                  if (!/\s/.test(text.trim())) return;
                  event.preventDefault();
                  set(index, text);
                }}
                className={`${control} font-mono text-[12px]`}
              />
              <button
                type="button"
                className="btn-icon"
                aria-label={`Remove ${props.of} ${index + 1}`}
                title="Remove"
                onClick={() => onChange(values.toSpliced(index, 1))}
              >
                <XIcon size={13} />
              </button>
            </div>
            {error !== undefined && (
              <div className="pl-6">
                <FieldError id={errorId}>{error}</FieldError>
              </div>
            )}
          </div>
        );
      })}
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 pl-6">
        <button type="button" className="btn" onClick={() => onChange([...values, ''])}>
          <PlusIcon size={12} />
          Add {props.of}
        </button>
        {props.hint !== undefined && <span className="text-[12px] text-sub">{props.hint}</span>}
      </div>
      {props.error !== undefined && (
        <div className="pl-6">
          <FieldError>{props.error}</FieldError>
        </div>
      )}
    </fieldset>
  );
}
