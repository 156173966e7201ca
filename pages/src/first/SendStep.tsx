// An event to send by hand: where to, whether the edge would send it there, and the command.
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useDeferredValue, type ReactElement } from 'react';
import { useMe } from '../api/me.ts';
import { failureText } from '../api/http.ts';
import { dryRun, putAllowlist, readAllowlist } from '../admin/admin-client.ts';
import { askAgain, keysQuery } from '../admin/queries.ts';
import { Copyable } from '../ui/Copyable.tsx';
import { FieldError, TextField } from '../ui/Field.tsx';
import { Glyph } from '../ui/Glyph.tsx';
import { exportOf, firstCommand } from './snippets.ts';

const notAllowed = 'urn:throughline:problem:destination_not_allowed';

/** Whether the edge would send to a job, as the dry run says. Only admins may ask. */
function Check({ destination }: { destination: string }): ReactElement | null {
  const client = useQueryClient();
  const { data: keys } = useQuery(keysQuery);
  const keyId =
    keys?.byVariable == null
      ? (keys?.keys.find(({ state }) => state === 'active')?.id ?? null)
      : null;
  const hasKey = keys !== undefined && (keys.byVariable !== null || keyId !== null);
  const query = useQuery({
    queryKey: ['admin', 'first-send', destination, keyId],
    queryFn: () =>
      dryRun({
        url: `/?destinations=${encodeURIComponent(destination)}`,
        route: null,
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{}',
        keyId,
      }),
    enabled: hasKey,
    placeholderData: keepPreviousData,
  });
  const origin = URL.parse(destination)?.origin ?? '';
  const allow = useMutation({
    mutationFn: async () => {
      const { body, etag } = await readAllowlist();
      const allowedDestinations = [...body.allowedDestinations, origin];
      return putAllowlist({ allowedDestinations, replaces: etag });
    },
    onSuccess: () => askAgain(client),
  });
  const report = query.data;
  if (report === undefined) return null;
  if (report.wouldSend) {
    return (
      <p className="flex items-center gap-2 text-[12px]">
        <Glyph tone="ok" />
        The edge would send it to the job {report.deliveries[0]?.job}.
      </p>
    );
  }
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-2 text-[12px]">
      <p className="flex min-w-0 flex-1 basis-[260px] items-start gap-2 text-fail">
        <span className="mt-0.5">
          <Glyph tone="fail" />
        </span>
        <span className="min-w-0 wrap-anywhere">
          {report.problem === null
            ? 'The edge would keep it: its trigger is stopped.'
            : `${report.problem.title}. ${report.problem.detail}`}
        </span>
      </p>
      {report.problem?.type === notAllowed && origin !== '' && (
        <button
          type="button"
          className="btn"
          disabled={allow.isPending}
          onClick={() => allow.mutate()}
        >
          {allow.isPending ? 'Allowing…' : `Allow ${origin}`}
        </button>
      )}
      {allow.isError && (
        <div role="alert" className="w-full">
          <FieldError>{failureText(allow.error)}</FieldError>
        </div>
      )}
    </div>
  );
}

export function SendStep(props: {
  edge: string | null;
  /** A key that was just made: its command stands in the step before. */
  newKey: string | null;
  job: string;
  /** The job, or an example of one. */
  destination: string;
  onJob: (job: string) => void;
}): ReactElement {
  const { edge, destination } = props;
  const isAdmin = useMe()?.role === 'admin';
  const asked = useDeferredValue(props.job.trim());
  const isWrong = asked !== '' && !/^https?:$/.test(URL.parse(asked)?.protocol ?? '');
  return (
    <>
      <TextField
        label="Your job’s URL"
        mono
        value={props.job}
        onChange={props.onJob}
        placeholder={destination}
        hint="any URL that takes a POST; the allowlist must have it"
        error={isWrong ? 'must be an http(s) URL' : undefined}
      />
      {isAdmin && asked !== '' && !isWrong && <Check destination={asked} />}
      {props.newKey === null && (
        <Copyable text={exportOf(null)} label="Copy the command that sets the key" />
      )}
      <Copyable text={firstCommand(edge, destination)} label="Copy the command" />
    </>
  );
}
