// Begins a replay run: counts what it would take, and asks how fast and how carefully before anything is sent.
import { Button } from '@cloudflare/kumo/components/button';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState, type FormEvent, type ReactElement } from 'react';
import { Problem } from '../api/http.ts';
import { CheckField, FieldError, TextField } from '../ui/Field.tsx';
import { Card } from '../ui/Page.tsx';
import { useHandBackFocus } from '../ui/use-hand-back-focus.ts';
import { countLetters, startRun } from './replays-client.ts';

export function StartRun(props: { job: string | null; onCancel: () => void }): ReactElement {
  useHandBackFocus();
  const { job } = props;
  const navigate = useNavigate();
  const [rate, setRate] = useState('5');
  const [isCareful, setCareful] = useState(true);
  const [canary, setCanary] = useState('3');
  const filter = job === null ? {} : { jobs: [job] };
  const count = useQuery({
    queryKey: ['replays', 'count', filter],
    queryFn: ({ signal }) => countLetters(filter, signal),
    refetchInterval: 10_000,
  });
  const start = useMutation({
    mutationFn: () =>
      startRun({
        filter,
        ratePerSecond: Number(rate),
        canary: isCareful ? Number(canary) : null,
      }),
    onSuccess: ({ id }) => navigate({ to: '/replays/$run', params: { run: id } }),
  });
  const found = count.data?.found;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    start.mutate();
  };
  return (
    <Card title={job === null ? 'Replay every dead letter' : `Replay the dead letters of ${job}`}>
      <form onSubmit={submit} className="flex flex-col gap-4 p-4">
        <output className="text-[15px]">
          {count.isError
            ? `They could not be counted: ${count.error.message}`
            : found === undefined
              ? 'Counting…'
              : `${found.toLocaleString('en')} ${found === 1 ? 'delivery is' : 'deliveries are'} attempted again, each with the correlation ID and the idempotency key that it had.`}
        </output>
        <div className="grid gap-4 sm:grid-cols-2 lg:max-w-[640px]">
          <TextField
            label="Letters a second"
            type="number"
            value={rate}
            onChange={setRate}
            hint="0.1 to 100: as many as the job bears"
          />
          {isCareful && (
            <TextField
              label="Canaries"
              type="number"
              value={canary}
              onChange={setCanary}
              hint="so many go first, 1 to 100"
            />
          )}
        </div>
        <CheckField
          label="Send canaries first"
          hint="it pauses until you have looked at them, and stops by itself when one fails"
          checked={isCareful}
          onChange={setCareful}
        />
        {start.isError && (
          <div role="alert">
            <FieldError>
              {start.error instanceof Problem && start.error.detail !== ''
                ? start.error.detail
                : start.error.message}
            </FieldError>
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
          <Button onClick={props.onCancel}>Cancel</Button>
        </div>
      </form>
    </Card>
  );
}
