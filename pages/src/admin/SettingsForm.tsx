// The fields of the settings. Holds no state and decides nothing: a draft in, a changed draft out.
import { PlusIcon } from '@phosphor-icons/react/Plus';
import { XIcon } from '@phosphor-icons/react/X';
import type { ReactElement } from 'react';
import { FieldError, LinesField, TextField } from '../ui/Field.tsx';
import { Card } from '../ui/Page.tsx';
import { AccessFields } from './AccessFields.tsx';
import type { FieldErrors } from './draft-fields.ts';
import { RetryFields } from './RetryFields.tsx';
import { limitNames, type RowKeyDraft, type SettingsDraft } from './settings-draft.ts';

/** The fields that errors of the API can belong to. */
export const settingsFields = [
  'note',
  'retries.pausesSeconds',
  'retries.jitter',
  'retries.byStatus',
  'rotationPersistenceSeconds',
  'redaction.columns',
  'redaction.headers',
  ...limitNames.map((name) => `limits.${name}`),
  'notifications',
  'disableAfterDays',
  'sources',
  'access.members',
  'access.masking.columns',
];

const limitLabels: Record<(typeof limitNames)[number], string> = {
  maxBodyBytes: 'Body that is read and recorded (bytes)',
  maxStreamedBytes: 'Body that is streamed, else refused (bytes)',
  maxHeaderBytes: 'Headers (bytes)',
  maxDestinations: 'Destinations that a URL may name',
};

const body = 'flex flex-col gap-5 p-4';

function RowKeys(props: {
  rows: readonly RowKeyDraft[];
  errors: FieldErrors;
  onChange: (rows: RowKeyDraft[]) => void;
}): ReactElement {
  const { rows, errors, onChange } = props;
  return (
    <Card title="Row keys" hint="columns that name a row, where it is not id">
      <div className={body}>
        {rows.map((row, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- Its place is all that it has.
          <div key={index} className="flex flex-col gap-1.5">
            <div className="grid gap-3 sm:grid-cols-[1fr_1.4fr_1.4fr_28px] sm:items-end">
              <TextField
                label="Source"
                value={row.source}
                onChange={(source) => onChange(rows.with(index, { ...row, source }))}
              />
              <TextField
                label="Table"
                mono
                value={row.table}
                placeholder="public.order_lines"
                onChange={(table) => onChange(rows.with(index, { ...row, table }))}
              />
              <TextField
                label="Columns"
                mono
                value={row.columns}
                placeholder="order_id, line"
                onChange={(columns) => onChange(rows.with(index, { ...row, columns }))}
              />
              <button
                type="button"
                className="btn-icon sm:mb-0.5"
                aria-label={`Remove the row keys of ${row.table || 'this table'}`}
                onClick={() => onChange(rows.toSpliced(index, 1))}
              >
                <XIcon size={13} />
              </button>
            </div>
            {errors.get(`rowKeys.${index}`) !== undefined && (
              <FieldError>{errors.get(`rowKeys.${index}`)}</FieldError>
            )}
          </div>
        ))}
        {errors.get('sources') !== undefined && <FieldError>{errors.get('sources')}</FieldError>}
        <button
          type="button"
          className="btn self-start"
          onClick={() => onChange([...rows, { source: '', table: '', columns: '' }])}
        >
          <PlusIcon size={12} />
          Add a table
        </button>
      </div>
    </Card>
  );
}

export function SettingsForm(props: {
  draft: SettingsDraft;
  errors: FieldErrors;
  builtInPauses: string;
  onChange: (draft: SettingsDraft) => void;
}): ReactElement {
  const { draft, errors, onChange } = props;
  return (
    <>
      <RetryFields
        label="Another schedule than the built-in one"
        hint={`which is ${props.builtInPauses}`}
        draft={draft.retries}
        errors={errors}
        onChange={(retries) => onChange({ ...draft, retries })}
      />
      <Card title="Left out of what is stored" hint="destinations get it all the same">
        <div className={body}>
          <LinesField
            label="Columns"
            of="column"
            values={draft.redactedColumns}
            onChange={(redactedColumns) => onChange({ ...draft, redactedColumns })}
            error={errors.get('redaction.columns')}
            errorAt={(index) => errors.get(`redaction.columns.${index}`)}
            placeholder="customers.iban"
            hint="column, table.column or schema.table.column"
          />
          <LinesField
            label="Headers"
            of="header"
            values={draft.redactedHeaders}
            onChange={(redactedHeaders) => onChange({ ...draft, redactedHeaders })}
            error={errors.get('redaction.headers')}
            errorAt={(index) => errors.get(`redaction.headers.${index}`)}
            placeholder="x-shop-token"
            hint="of requests that wait or are dead letters: a replay goes without them"
          />
        </div>
      </Card>
      <Card title="Limits" hint="empty: the Worker’s own">
        <div className="grid gap-4 p-4 sm:grid-cols-2">
          {limitNames.map((name) => (
            <TextField
              key={name}
              label={limitLabels[name]}
              type="number"
              value={draft.limits[name]}
              onChange={(text) => onChange({ ...draft, limits: { ...draft.limits, [name]: text } })}
              error={errors.get(`limits.${name}`)}
            />
          ))}
          <TextField
            label="Rotations are kept for (s)"
            type="number"
            value={draft.rotationPersistenceSeconds}
            onChange={(rotationPersistenceSeconds) =>
              onChange({ ...draft, rotationPersistenceSeconds })
            }
            error={errors.get('rotationPersistenceSeconds')}
            hint="after their last use, where a route does not say"
          />
        </div>
      </Card>
      <Card title="Who is told" hint="when a destination was disabled">
        <div className={body}>
          <LinesField
            label="Addresses"
            of="address"
            values={draft.notifications}
            onChange={(notifications) => onChange({ ...draft, notifications })}
            error={errors.get('notifications')}
            errorAt={(index) => errors.get(`notifications.${index}`)}
            placeholder="https://chat.example.com/hooks/on-call"
            hint="asked by POST, signed as deliveries are"
          />
          <TextField
            label="Disabled after (days)"
            type="number"
            value={draft.disableAfterDays}
            onChange={(disableAfterDays) => onChange({ ...draft, disableAfterDays })}
            error={errors.get('disableAfterDays')}
            hint="in which nothing was delivered to it; empty: 5"
          />
        </div>
      </Card>
      <AccessFields draft={draft} errors={errors} onChange={onChange} />
      <RowKeys
        rows={draft.rowKeys}
        errors={errors}
        onChange={(rowKeys) => onChange({ ...draft, rowKeys })}
      />
    </>
  );
}
