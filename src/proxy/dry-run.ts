// Says what would become of a request, by the same steps as handle-event.ts, without sending anything, recording anything
// or taking a turn.
import type { EdgeConfig } from '../config/edge-config.ts';
import { type KeptStop, stopFor, stopsOf } from '../config/stops.ts';
import type {
  DryRunReport,
  DryRunRequest,
  PlannedCircuit,
  PlannedDelivery,
} from '../deliveries/dry-run-report.ts';
import { targetsOf } from './broadcast.ts';
import { signatureFor } from './check-signature.ts';
import { senderWithKey } from './guard.ts';
import { HeaderFields } from './header-fields.ts';
import { checkLimits } from './limits.ts';
import { attemptTimeoutMs } from './known-destination.ts';
import { planRoute } from './plan-route.ts';
import { prepare, type Prepared } from './prepare.ts';
import { describeProblem, type EdgeProblem, typeOfProblem } from './problem.ts';
import type { InboundBody } from './read-body.ts';
import type { Route } from './route.ts';

export type DryRunDeps = {
  config: EdgeConfig;
  /** The turn that a rotation would give next. Takes none. Null when it is out of reach. */
  nextTurn(rotation: string): Promise<number | null>;
  /** The stops that hold; null when their keeper is out of reach. */
  stops(): Promise<readonly KeptStop[] | null>;
  /** How circuits stand, by their destination's URL; lends no probe. Null for one that is out of reach. */
  circuitsOf(destinations: readonly string[]): Promise<ReadonlyMap<string, PlannedCircuit | null>>;
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
  const stops = await deps.stops();
  const told: Told = {
    prepared,
    route: route.value,
    isLarge,
    turn,
    stop: stopOf(stops, prepared),
    areStopsKnown: stops !== null,
  };
  if (isLarge && prepared.choice.mode === 'each') {
    const { algorithm } = prepared.chosenBy;
    const maxBytes = config.maxBodyBytes;
    return {
      ...refused({ reason: 'body_too_large_to_keep', algorithm, maxBytes }),
      ...facts(told),
    };
  }
  const deliveries = await planned(told, deps);
  return {
    wouldSend: told.stop === null,
    problem: null,
    ...facts(told),
    deliveries,
    requiredSignature: signature.value?.scheme ?? null,
    isSigned: config.outboundSigningSecrets.length > 0,
    notes: notesOf(told, deliveries),
  };
}

type Told = {
  prepared: Prepared;
  route: Route;
  isLarge: boolean;
  turn: { rotation: string; turn: number | null } | null;
  stop: KeptStop | null;
  /** False where their keeper is out of reach. */
  areStopsKnown: boolean;
};

/** The stop that holds the event, as the edge would find it. */
function stopOf(stops: readonly KeptStop[] | null, { inbound }: Prepared): KeptStop | null {
  const found = stopFor(stopsOf(stops ?? []), inbound.described.event);
  return stops?.find(({ id }) => id === found?.id) ?? null;
}

/** A full URL, a path or a query alone; only the path says whether a route is named. */
export function edgeAddress(text: string): { url: string; name: string | null } {
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
    stop: null,
    choice: null,
    deliveries: [],
    requiredSignature: null,
    isSigned: false,
    notes: [],
  };
}

function facts({
  prepared,
  route,
  turn,
  stop,
}: Told): Pick<DryRunReport, 'event' | 'stop' | 'choice'> {
  const { inbound, chosenBy } = prepared;
  const { id, source, kind, trigger, table, op, rowKey, traceId, startsTrace } =
    inbound.described.event;
  return {
    event: { id, source, kind, trigger, table, op, rowKey, traceId, startsTrace },
    stop: stop && { id: stop.id, since: stop.since, by: stop.by },
    choice: {
      route: route.name,
      algorithm: chosenBy.algorithm,
      isRollout: route.rollout === null ? null : (chosenBy.isRollout ?? false),
      rotation: turn && { name: turn.rotation, turn: turn.turn },
    },
  };
}

async function planned(told: Told, deps: DryRunDeps): Promise<PlannedDelivery[]> {
  const { config } = deps;
  const { inbound, choice, chosenBy } = told.prepared;
  const { method } = inbound;
  if (choice.mode === 'relay') {
    const { delivery, headers, candidates } = choice;
    const [destination, ...next] = candidates;
    const circuits = await deps.circuitsOf([destination.href]);
    return [
      {
        target: delivery.target,
        job: delivery.job,
        destination: destination.href,
        takeOver: told.isLarge ? [] : next.map(({ href }) => href),
        circuit: circuits.get(destination.href) ?? null,
        correlationId: delivery.correlationId,
        idempotencyKey: delivery.id,
        method,
        headers: shown(headers),
        attemptTimeoutMs: attemptTimeoutMs(destination, told.route, config),
      },
    ];
  }
  const targets = await targetsOf({ inbound, choice, chosenBy, route: told.route }, config);
  const circuits = await deps.circuitsOf(targets.map(({ destination }) => destination));
  return targets.map(({ delivery, destination, headers, attemptTimeoutMs: timeoutMs }) => ({
    target: delivery.target,
    job: delivery.job,
    destination,
    takeOver: [],
    circuit: circuits.get(destination) ?? null,
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

function notesOf(told: Told, deliveries: readonly PlannedDelivery[]): string[] {
  const { prepared, isLarge, turn } = told;
  const notes: string[] = [];
  if (told.stop !== null) {
    notes.push('No turn is taken and no destination is called: each delivery is kept.');
  } else if (!told.areStopsKnown) {
    notes.push('The stops could not be asked: it may be held by one.');
  }
  if (prepared.inbound.described.event.kind === 'webhook') {
    notes.push(
      'This is taken for a generic webhook: its trace takes the time of its arrival, so its correlation IDs will be others.',
    );
    if (!prepared.inbound.headers.get('webhook-id')) {
      notes.push('Without webhook-id its id is drawn: the idempotency key will be another, too.');
    }
  }
  if (told.stop === null) notes.push(...circuitNotes(deliveries, prepared.choice.mode));
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

/** What circuits that are not closed change, as `Candidates` and `deliverShare` go by them. */
function circuitNotes(deliveries: readonly PlannedDelivery[], mode: 'relay' | 'each'): string[] {
  return deliveries.flatMap(({ destination, takeOver, circuit }) => {
    if (circuit === null) return [`The circuit of ${destination} is out of reach.`];
    const { state } = circuit;
    if (state === 'closed') return [];
    const what = `The circuit of ${destination} is ${state === 'half_open' ? 'half open' : state}`;
    if (state === 'half_open') return [`${what}: one event may try it.`];
    if (mode === 'each') {
      return state === 'disabled'
        ? [`${what}: its delivery becomes a dead letter at once.`]
        : [`${what}: its delivery waits in the queue.`];
    }
    return takeOver.length === 0
      ? [`${what}, and it is called all the same: nobody else could take the event.`]
      : [`${what}: it is passed over, and the next whose circuit is closed takes the event.`];
  });
}
