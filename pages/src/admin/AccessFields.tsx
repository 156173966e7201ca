// Who has which role, and what is masked: fields of the settings. Holds no state and decides nothing.
import { PlusIcon } from '@phosphor-icons/react/Plus';
import { XIcon } from '@phosphor-icons/react/X';
import type { ReactElement } from 'react';
import { CheckField, FieldError, LinesField, SelectField, TextField } from '../ui/Field.tsx';
import { Card } from '../ui/Page.tsx';
import type { FieldErrors } from './draft-fields.ts';
import type { SettingsDraft } from './settings-draft.ts';

const roles = [
  { value: 'viewer', label: 'viewer' },
  { value: 'operator', label: 'operator' },
  { value: 'admin', label: 'admin' },
] as const;

export function AccessFields(props: {
  draft: SettingsDraft;
  errors: FieldErrors;
  onChange: (draft: SettingsDraft) => void;
}): ReactElement {
  const { draft, errors, onChange } = props;
  const { members } = draft;
  const body = 'flex flex-col gap-4 p-4';
  return (
    <>
      <Card
        title="Members"
        hint="who of Cloudflare Access may do what; beside the Worker’s variables"
      >
        <div className={body}>
          {members.map((member, index) => (
            // oxlint-disable-next-line react/no-array-index-key -- Its place is all that it has.
            <div key={index} className="flex flex-col gap-1.5">
              <div className="grid grid-cols-[1fr_28px] items-end gap-3 sm:grid-cols-[1fr_160px_28px]">
                <TextField
                  label="Who"
                  mono
                  value={member.who}
                  placeholder="dana@acme.io, @acme.io, group:on-call, service:…"
                  onChange={(who) =>
                    onChange({ ...draft, members: members.with(index, { ...member, who }) })
                  }
                />
                <div className="max-sm:order-last">
                  <SelectField
                    label="Role"
                    value={member.role}
                    items={roles}
                    onChange={(role) =>
                      onChange({ ...draft, members: members.with(index, { ...member, role }) })
                    }
                  />
                </div>
                <button
                  type="button"
                  className="btn-icon mb-0.5"
                  aria-label={`Remove ${member.who || 'this member'}`}
                  onClick={() => onChange({ ...draft, members: members.toSpliced(index, 1) })}
                >
                  <XIcon size={13} />
                </button>
              </div>
              {errors.get(`access.members.${index}`) !== undefined && (
                <FieldError>{errors.get(`access.members.${index}`)}</FieldError>
              )}
            </div>
          ))}
          {errors.get('access.members') !== undefined && (
            <FieldError>{errors.get('access.members')}</FieldError>
          )}
          <button
            type="button"
            className="btn self-start"
            onClick={() =>
              onChange({ ...draft, members: [...members, { who: '', role: 'viewer' }] })
            }
          >
            <PlusIcon size={12} />
            Add a member
          </button>
          <CheckField
            label="Whoever Access lets through may read"
            hint="else whom nobody has named is refused"
            checked={draft.readersByDefault}
            onChange={(readersByDefault) => onChange({ ...draft, readersByDefault })}
          />
        </div>
      </Card>
      <Card
        title="Masked"
        hint="operators and admins look behind the marks by ?unmask=true, which is audited"
      >
        <div className={body}>
          <CheckField
            label="E-mail addresses"
            hint="wherever they stand"
            checked={draft.maskedEmails}
            onChange={(maskedEmails) => onChange({ ...draft, maskedEmails })}
          />
          <LinesField
            label="Masked columns"
            of="masked column"
            values={draft.maskedColumns}
            onChange={(maskedColumns) => onChange({ ...draft, maskedColumns })}
            error={errors.get('access.masking.columns')}
            errorAt={(index) => errors.get(`access.masking.columns.${index}`)}
            placeholder="customers.phone"
            hint="column, table.column or schema.table.column"
          />
        </div>
      </Card>
    </>
  );
}
