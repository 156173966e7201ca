// The fields of a route. Holds no state and decides nothing: a draft in, a changed draft out.
import type { ReactElement } from 'react';
import { CheckField, LinesField, SelectField, TextField } from '../ui/Field.tsx';
import { Card } from '../ui/Page.tsx';
import { algorithmItems, isAlgorithm, whatItDoes } from './algorithms.ts';
import type { FieldErrors } from './draft-fields.ts';
import { RetryFields } from './RetryFields.tsx';
import type { ListsDraft, RouteDraft } from './route-draft.ts';

/** The fields that errors of the API can belong to. */
export const routeFields = [
  'name',
  'note',
  'algorithm',
  'destinations',
  'fallback',
  'job',
  'takeOver',
  'attemptTimeoutSeconds',
  'rotationPersistenceSeconds',
  'rollout.percent',
  'rollout.algorithm',
  'rollout.destinations',
  'rollout.fallback',
  'retries.pausesSeconds',
  'retries.jitter',
  'retries.byStatus',
  'signature.scheme',
  'signature.secretFrom',
  'signature.header',
] as const;

const example = 'https://jobs.example.com/hook';
const body = 'flex flex-col gap-5 p-4';
const two = 'grid gap-4 sm:grid-cols-2';

interface Part<Draft> {
  draft: Draft;
  errors: FieldErrors;
  onChange: (draft: Draft) => void;
}

/** @param at what stands before the fields' names in errors: `rollout.` */
function ListFields(props: Part<ListsDraft> & { at: string }): ReactElement {
  const { draft, errors, onChange, at } = props;
  return (
    <>
      <SelectField
        label="Algorithm"
        value={draft.algorithm}
        items={algorithmItems(draft.algorithm)}
        onChange={(algorithm) => onChange({ ...draft, algorithm })}
        hint={whatItDoes(draft.algorithm)}
        error={errors.get(`${at}algorithm`)}
      />
      <LinesField
        label={at === '' ? 'Destinations' : 'Destinations of the rollout'}
        of="destination"
        values={draft.destinations}
        onChange={(destinations) => onChange({ ...draft, destinations })}
        error={errors.get(`${at}destinations`)}
        errorAt={(index) => errors.get(`${at}destinations.${index}`)}
        placeholder={example}
      />
      <LinesField
        label={at === '' ? 'Stand by' : 'Stand by in the rollout'}
        of="stand-by"
        values={draft.fallback}
        onChange={(fallback) => onChange({ ...draft, fallback })}
        error={errors.get(`${at}fallback`)}
        errorAt={(index) => errors.get(`${at}fallback.${index}`)}
        placeholder={example}
        hint="take over, in this order, where the destinations cannot"
      />
    </>
  );
}

function Rollout({ draft, errors, onChange }: Part<RouteDraft>): ReactElement {
  const { rollout } = draft;
  return (
    <Card title="Rollout" hint="a part of the rows takes another way; a row stays on its side">
      <div className={body}>
        <CheckField
          label="Send a part of the events another way"
          checked={rollout !== null}
          onChange={(on) =>
            onChange({
              ...draft,
              rollout: on
                ? { percent: '5', algorithm: draft.algorithm, destinations: [''], fallback: [] }
                : null,
            })
          }
        />
        {rollout !== null && (
          <>
            <div className={two}>
              <TextField
                label="Percent of rows"
                type="number"
                value={rollout.percent}
                onChange={(percent) => onChange({ ...draft, rollout: { ...rollout, percent } })}
                error={errors.get('rollout.percent')}
                hint="0 goes back at once, and keeps the rest"
              />
            </div>
            <ListFields
              at="rollout."
              draft={rollout}
              errors={errors}
              onChange={(lists) => onChange({ ...draft, rollout: { ...rollout, ...lists } })}
            />
          </>
        )}
      </div>
    </Card>
  );
}

function Retries({ draft, errors, onChange }: Part<RouteDraft>): ReactElement {
  return (
    <RetryFields
      label="A schedule of its own"
      hint="else the one that holds for every route"
      draft={draft.retries}
      errors={errors}
      onChange={(retries) => onChange({ ...draft, retries })}
    />
  );
}

function Signature({ draft, errors, onChange }: Part<RouteDraft>): ReactElement {
  const { signature } = draft;
  return (
    <Card title="Signature" hint="which the sender must give">
      <div className={body}>
        <CheckField
          label="Demand a signature"
          hint="else as the Worker’s variables say"
          checked={signature !== null}
          onChange={(on) =>
            onChange({
              ...draft,
              signature: on
                ? { scheme: 'standard-webhooks', secretFrom: '', header: 'x-signature' }
                : null,
            })
          }
        />
        {signature !== null && (
          <div className={two}>
            <SelectField
              label="Scheme"
              value={signature.scheme}
              items={[
                { value: 'standard-webhooks', label: 'Standard Webhooks' },
                { value: 'github', label: 'GitHub' },
                { value: 'stripe', label: 'Stripe' },
                { value: 'hmac', label: 'HMAC in a header' },
              ]}
              onChange={(scheme) => onChange({ ...draft, signature: { ...signature, scheme } })}
              error={errors.get('signature.scheme')}
            />
            <TextField
              label="Variable with the secret"
              mono
              value={signature.secretFrom}
              placeholder="SHOP_WEBHOOK_SECRET"
              onChange={(secretFrom) =>
                onChange({ ...draft, signature: { ...signature, secretFrom } })
              }
              error={errors.get('signature.secretFrom')}
              hint="of the Worker: secrets stand in no configuration"
            />
            {signature.scheme === 'hmac' && (
              <TextField
                label="Header"
                mono
                value={signature.header}
                onChange={(header) => onChange({ ...draft, signature: { ...signature, header } })}
                error={errors.get('signature.header')}
              />
            )}
          </div>
        )}
      </div>
    </Card>
  );
}

export function RouteForm(props: Part<RouteDraft>): ReactElement {
  const { draft, errors, onChange } = props;
  return (
    <>
      <Card title="Where events go">
        <div className={body}>
          <ListFields
            at=""
            draft={draft}
            errors={errors}
            onChange={(lists) => onChange({ ...draft, ...lists })}
          />
          <SelectField
            label="Another destination takes over"
            value={draft.takeOver}
            items={[
              {
                value: 'surely_not_processed',
                label: 'where the event was surely not processed: 429, 503, open circuit',
              },
              {
                value: 'any_failure',
                label: 'after any failure: the jobs must be idempotent',
              },
            ]}
            onChange={(takeOver) => onChange({ ...draft, takeOver })}
            error={errors.get('takeOver')}
          />
          <div className={two}>
            <TextField
              label="Job’s name"
              value={draft.job}
              onChange={(job) => onChange({ ...draft, job })}
              error={errors.get('job')}
              hint="where one of several is chosen; empty: as the first destination says"
            />
            <TextField
              label="Time for one attempt (s)"
              type="number"
              value={draft.attemptTimeoutSeconds}
              onChange={(attemptTimeoutSeconds) => onChange({ ...draft, attemptTimeoutSeconds })}
              error={errors.get('attemptTimeoutSeconds')}
              hint="until its answer begins; empty: the Worker’s"
            />
            {isAlgorithm(draft.algorithm, 'round-robin') && (
              <TextField
                label="Rotation is kept for (s)"
                type="number"
                value={draft.rotationPersistenceSeconds}
                onChange={(rotationPersistenceSeconds) =>
                  onChange({ ...draft, rotationPersistenceSeconds })
                }
                error={errors.get('rotationPersistenceSeconds')}
                hint="after its last use; then it begins at the first again"
              />
            )}
          </div>
        </div>
      </Card>
      <Rollout {...props} />
      <Retries {...props} />
      <Signature {...props} />
    </>
  );
}
