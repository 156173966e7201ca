// The fields of a retry schedule. Holds no state: a draft in, a changed draft out.
import type { ReactElement } from 'react';
import { CheckField, TextField } from '../ui/Field.tsx';
import { Card } from '../ui/Page.tsx';
import type { FieldErrors } from './draft-fields.ts';
import type { RetriesDraft } from './retries-draft.ts';

/** No draft: no schedule of its own. */
export function RetryFields(props: {
  draft: RetriesDraft | null;
  label: string;
  hint: string;
  errors: FieldErrors;
  onChange: (draft: RetriesDraft | null) => void;
}): ReactElement {
  const { draft: retries, errors, onChange } = props;
  const set = (change: Partial<RetriesDraft>): void => {
    if (retries !== null) onChange({ ...retries, ...change });
  };
  return (
    <Card title="Retries" hint="of what the edge delivers by itself">
      <div className="flex flex-col gap-5 p-4">
        <CheckField
          label={props.label}
          hint={props.hint}
          checked={retries !== null}
          onChange={(on) =>
            onChange(
              on ? { pauses: '5 s, 5 min, 30 min, 2 h', jitterPercent: '20', byStatus: [] } : null,
            )
          }
        />
        {retries !== null && (
          <>
            <TextField
              label="Pauses between attempts"
              value={retries.pauses}
              onChange={(pauses) => set({ pauses })}
              error={errors.get('retries.pausesSeconds')}
              hint="such as 5 s, 5 min, 2 h, 1 d; empty: one attempt only"
            />
            <div className="grid gap-4 sm:grid-cols-2">
              <TextField
                label="Longer or shorter by up to (%)"
                type="number"
                value={retries.jitterPercent}
                onChange={(jitterPercent) => set({ jitterPercent })}
                error={errors.get('retries.jitter')}
                hint="so that what failed together does not come back together"
              />
            </div>
            {retries.byStatus.map(({ status, pauses }, index) => (
              // oxlint-disable-next-line react/no-array-index-key -- Its place is all that it has.
              <div key={index} className="grid gap-4 sm:grid-cols-[120px_1fr_auto] sm:items-start">
                <TextField
                  label="After HTTP status"
                  value={status}
                  onChange={(text) =>
                    set({ byStatus: retries.byStatus.with(index, { status: text, pauses }) })
                  }
                />
                <TextField
                  label="Pauses instead"
                  value={pauses}
                  onChange={(text) =>
                    set({ byStatus: retries.byStatus.with(index, { status, pauses: text }) })
                  }
                  error={errors.get(`retries.byStatus.${status}`)}
                  hint="empty: gives up at once"
                />
                <button
                  type="button"
                  className="btn sm:mt-6"
                  onClick={() => set({ byStatus: retries.byStatus.toSpliced(index, 1) })}
                >
                  Remove
                </button>
              </div>
            ))}
            {errors.get('retries.byStatus') !== undefined && (
              <p role="alert" className="text-[12px] text-fail">
                {errors.get('retries.byStatus')}
              </p>
            )}
            <button
              type="button"
              className="btn self-start"
              onClick={() =>
                set({ byStatus: [...retries.byStatus, { status: '503', pauses: '30 s, 5 min' }] })
              }
            >
              Add pauses for a status
            </button>
          </>
        )}
      </div>
    </Card>
  );
}
