// Begins a replay run: counts what it would take, and asks how fast and how carefully before anything is sent.
import { Button } from '@cloudflare/kumo/components/button';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import type { FormEvent, ReactElement } from 'react';
import { failureText } from '../api/http.ts';
import { circuitsQuery } from '../api/queries.ts';
import type { LetterSelection } from '../dead/filters.ts';
import { shortAddress, troubles } from '../dead/words.ts';
import { CheckField, FieldError, TextField } from '../ui/Field.tsx';
import { Glyph } from '../ui/Glyph.tsx';
import { keepTyping } from '../ui/kept-typing.ts';
import { Card } from '../ui/Page.tsx';
import { useHandBackFocus } from '../ui/use-hand-back-focus.ts';
import { countLetters, startRun } from './replays-client.ts';

const untouched = { rate: '5', isCareful: true, canary: '3' };

const kept = keepTyping<typeof untouched>();

export function StartRun(props: {
  title: string;
  selection: LetterSelection;
  /** Where the letters went. */
  destinations: readonly string[];
  onCancel: () => void;
}): ReactElement {
  useHandBackFocus();
  const { selection } = props;
  const navigate = useNavigate();
  const [typed, change] = kept.useFields(JSON.stringify(selection), untouched);
  const { rate, isCareful, canary } = typed;
  const count = useQuery({
    queryKey: ['replays', 'count', selection],
    queryFn: ({ signal }) => countLetters(selection, signal),
    refetchInterval: 10_000,
  });
  const start = useMutation({
    mutationFn: () =>
      startRun({
        selection,
        ratePerSecond: Number(rate),
        canary: isCareful ? Number(canary) : null,
      }),
  });
  const circuits = useQuery(circuitsQuery);
  const shut = troubles(props.destinations, circuits.data?.circuits ?? []);
  const found = count.data?.found;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    // Whoever has left meanwhile is led nowhere.
    start.mutate(undefined, {
      onSuccess: ({ id }) => void navigate({ to: '/replays/$run', params: { run: id } }),
    });
  };
  return (
    <Card title={props.title}>
      <form onSubmit={submit} className="flex flex-col gap-4 p-4">
        <output className="text-[15px]">
          {count.isError
            ? `They could not be counted: ${failureText(count.error)}`
            : found === undefined
              ? 'Counting…'
              : `${found.toLocaleString('en')} ${found === 1 ? 'delivery is' : 'deliveries are'} attempted again, each with the correlation ID and the idempotency key that it had.`}
        </output>
        <p className="text-[12px] text-sub">
          Those that arrive, are replayed or are discarded before their turn are skipped.
        </p>
        {shut.length > 0 && (
          <ul aria-label="Destinations that are not called now" className="flex flex-col gap-1">
            {shut.map((circuit) => (
              <li key={circuit.id} className="flex items-start gap-1.5">
                <span className="mt-0.5">
                  <Glyph tone="retry" />
                </span>
                <span className="min-w-0 wrap-anywhere">
                  <b className="font-semibold">{shortAddress(circuit.destination)}</b>{' '}
                  {circuit.state === 'disabled'
                    ? 'is disabled: what goes there dies again at once.'
                    : 'has an open circuit: what goes there waits until it is called again.'}{' '}
                  <Link to="/circuits" className="link">
                    Circuits
                  </Link>
                </span>
              </li>
            ))}
          </ul>
        )}
        <div className="grid gap-4 sm:grid-cols-2 lg:max-w-[640px]">
          <TextField
            label="Letters a second"
            type="number"
            value={rate}
            onChange={(next) => change({ rate: next })}
            hint="0.1 to 100: as many as the job bears"
          />
          {isCareful && (
            <TextField
              label="Canaries"
              type="number"
              value={canary}
              onChange={(next) => change({ canary: next })}
              hint="so many go first, 1 to 100"
            />
          )}
        </div>
        <CheckField
          label="Send canaries first"
          hint="it pauses until you have looked at them, and stops by itself when one fails"
          checked={isCareful}
          onChange={(next) => change({ isCareful: next })}
        />
        {start.isError && (
          <div role="alert">
            <FieldError>{failureText(start.error)}</FieldError>
          </div>
        )}
        <div className="flex gap-2">
          <Button
            type="submit"
            variant="primary"
            disabled={start.isPending || found === undefined || found === 0}
          >
            {start.isPending ? 'Beginning…' : 'Begin'}
          </Button>
          {/* What has been sent off begins, whether its page is told or not. */}
          <Button onClick={props.onCancel} disabled={start.isPending}>
            Cancel
          </Button>
        </div>
      </form>
    </Card>
  );
}
