// Says what would become of a request, by the same steps as handle-event, without sending anything, recording anything
// or taking a turn.
import type { EdgeConfig } from '../config/edge-config.ts';
import type { DryRunReport, DryRunRequest, PlannedDelivery } from '../deliveries/dry-run-report.ts';
import { targetsOf } from './broadcast.ts';
import { signatureFor } from './check-signature.ts';
import { senderWithKey } from './guard.ts';
import { prepare, type Prepared } from './handle-event.ts';
import { HeaderFields } from './header-fields.ts';
import { checkLimits } from './limits.ts';
import { attemptTimeoutMs } from './known-destination.ts';
import { planRoute } from './plan-route.ts';
import { describeProblem, type EdgeProblem, typeOfProblem } from './problem.ts';
import type { InboundBody } from './read-body.ts';
import type { Route } from './route.ts';

export type DryRunDeps = {
  config: EdgeConfig;
  /** The turn that a rotation would give next. Takes none. Null when it is out of reach. */
  nextTurn(rotation: string): Promise<number | null>;
  /** A variable or binding of the Worker. */
  variable(name: string): unknown;
  now(): number;
};

/** Values of these say nothing that only the sender knows. All others stay with the sender. */
const shownHeaders: ReadonlySet<string> = new Set([
  'accept',
  'content-encoding',
  'content-type',
  'idempotency-key',
  'traceparent',
  'tracestate',
  'user-agent',
  'x-correlation-id',
  'x-throughline-hops',
]);

/** The rate is not asked: it would count. */
const withinRate = (): Promise<boolean> => Promise.resolve(true);

/** Works it out. Rejects only where our own code fails. */
export async function dryRun(request: DryRunRequest, deps: DryRunDeps): Promise<DryRunReport> {
  const { config } = deps;
  const at = deps.now();
  const { url, name } = edgeAddress(request.url);
  const headers = new HeaderFields(new Headers({ ...request.headers }));
  const sender = senderWithKey(request.keyId, config, at);
  if (!sender.ok) return refused(sender.problem);
  const limited = await checkLimits({ headers, url }, sender.value, { config, withinRate });
  if (!limited.ok) return refused(limited.problem);
  // What is wrong with a stored route's rollout is told when it is stored.
  const quiet = { report: () => undefined };
  const route = planRoute({ url, name, sender: sender.value }, config, quiet);
  if (!route.ok) return refused(route.problem);
  const signature = signatureFor(route.value, { ...deps, ...quiet });
  if (!signature.ok) return refused(signature.problem);

  const bytes = request.body === null ? null : new TextEncoder().encode(request.body);
  const isLarge = bytes !== null && bytes.length > config.maxBodyBytes;
  if (isLarge && signature.value !== null) {
    return refused({ reason: 'body_too_large', maxBytes: config.maxBodyBytes });
  }
  // What is large is streamed, unread: to the algorithms it is no body at all.
  const body: InboundBody = bytes && !isLarge ? { kind: 'whole', bytes } : { kind: 'none' };
  let turn: { rotation: string; turn: number | null } | null = null;
  const prepared = await prepare(
    {
      method: request.method,
      headers,
      body,
      senderGone: new AbortController().signal,
      source: sender.value.source,
      at,
    },
    route.value,
    {
      config,
      async turnOf(rotation) {
        turn = { rotation, turn: await deps.nextTurn(rotation) };
        return turn.turn;
      },
    },
  );
  const told: Told = { prepared, route: route.value, isLarge, turn };
  if (isLarge && prepared.choice.mode === 'each') {
    const { algorithm } = prepared.chosenBy;
    const maxBytes = config.maxBodyBytes;
    return {
      ...refused({ reason: 'body_too_large_to_keep', algorithm, maxBytes }),
      ...facts(told),
    };
  }
  return {
    wouldSend: true,
    problem: null,
    ...facts(told),
    deliveries: await planned(told, config),
    requiredSignature: signature.value?.scheme ?? null,
    isSigned: config.outboundSigningSecrets.length > 0,
    notes: notesOf(told),
  };
}

type Told = {
  prepared: Prepared;
  route: Route;
  isLarge: boolean;
  turn: { rotation: string; turn: number | null } | null;
};

/** A full URL, a path or a query alone; only the path says whether a route is named. */
function edgeAddress(text: string): { url: string; name: string | null } {
  const [, origin = 'https://edge', tail = ''] = /^(https?:\/\/[^/?]*)?(.*)$/s.exec(text) ?? [];
  const path = tail.startsWith('/') ? tail : `/${tail}`;
  const [, name = null] = /^\/r\/([^?]*)/.exec(path) ?? [];
  return { url: origin + path, name };
}

function refused(problem: EdgeProblem): DryRunReport {
  const { status, title, detail } = describeProblem(problem);
  return {
    wouldSend: false,
    problem: { type: typeOfProblem(problem), title, status, detail },
    event: null,
    choice: null,
    deliveries: [],
    requiredSignature: null,
    isSigned: false,
    notes: [],
  };
}

function facts({ prepared, route, turn }: Told): Pick<DryRunReport, 'event' | 'choice'> {
  const { inbound, chosenBy } = prepared;
  const { id, source, kind, trigger, table, op, rowKey, traceId, startsTrace } =
    inbound.described.event;
  return {
    event: { id, source, kind, trigger, table, op, rowKey, traceId, startsTrace },
    choice: {
      route: route.name,
      algorithm: chosenBy.algorithm,
      isRollout: route.rollout === null ? null : (chosenBy.isRollout ?? false),
      rotation: turn && { name: turn.rotation, turn: turn.turn },
    },
  };
}

async function planned(told: Told, config: EdgeConfig): Promise<PlannedDelivery[]> {
  const { inbound, choice, chosenBy } = told.prepared;
  const { method } = inbound;
  if (choice.mode === 'relay') {
    const { delivery, headers, candidates } = choice;
    const [destination, ...next] = candidates;
    return [
      {
        target: delivery.target,
        job: delivery.job,
        destination: destination.href,
        takeOver: told.isLarge ? [] : next.map(({ href }) => href),
        correlationId: delivery.correlationId,
        idempotencyKey: delivery.id,
        method,
        headers: shown(headers),
        attemptTimeoutMs: attemptTimeoutMs(destination, told.route, config),
      },
    ];
  }
  const targets = await targetsOf({ inbound, choice, chosenBy, route: told.route }, config);
  return targets.map(({ delivery, destination, headers, attemptTimeoutMs: timeoutMs }) => ({
    target: delivery.target,
    job: delivery.job,
    destination,
    takeOver: [],
    correlationId: delivery.correlationId,
    idempotencyKey: delivery.id,
    method,
    headers: shown(Object.fromEntries(headers)),
    attemptTimeoutMs: timeoutMs,
  }));
}

function shown(headers: Readonly<Record<string, string>>): Record<string, string | null> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, shownHeaders.has(name) ? value : null]),
  );
}

function notesOf({ prepared, isLarge, turn }: Told): string[] {
  const notes: string[] = [];
  if (prepared.inbound.described.event.kind === 'webhook') {
    notes.push(
      'This is taken for a generic webhook: its trace takes the time of its arrival, so its correlation IDs will be others.',
    );
    if (!prepared.inbound.headers.get('webhook-id')) {
      notes.push('Without webhook-id its id is drawn: the idempotency key will be another, too.');
    }
  }
  if (prepared.choice.mode === 'relay' && prepared.choice.candidates.length > 1) {
    notes.push('Circuits are not asked: a destination whose circuit is open is passed over.');
  }
  if (isLarge) notes.push('The body is larger than MAX_BODY_BYTES: it is streamed, and sent once.');
  if (turn !== null) {
    notes.push(
      turn.turn === null
        ? 'The rotation is out of reach: the choice is made by hash of the event’s id.'
        : 'No turn was taken: whichever event comes next gets this one.',
    );
  }
  return notes;
}
