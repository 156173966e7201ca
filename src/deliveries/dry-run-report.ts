// What a dry run is asked and what it tells. Types only, since the edge works it out and the API hands it on.
import type { CircuitState } from '../circuits/circuit.ts';

export type DryRunRequest = {
  /** Path and query as the sender would ask for them: `/?destinations=…` or `/r/{route}`. */
  url: string;
  method: string;
  headers: Readonly<Record<string, string>>;
  body: string | null;
  /** Whose key the sender would have; null: the key of the Worker's variables. */
  keyId: string | null;
};

export type DryRunReport = {
  /** False where nothing is sent: the sender would be refused (`problem`), or the event kept (`stop`). */
  wouldSend: boolean;
  /** What the sender would be told then (RFC 9457). */
  problem: { type: string; title: string; status: number; detail: string } | null;
  /** What the request is taken for; null where it would not come that far. */
  event: {
    id: string;
    source: string;
    kind: 'hasura' | 'webhook';
    trigger: string | null;
    table: { schema: string; name: string } | null;
    op: string | null;
    rowKey: string | null;
    traceId: string;
    startsTrace: boolean;
  } | null;
  /** What holds the event: its deliveries are kept as dead letters, and the sender is told 202. Null: nothing. */
  stop: { id: string; since: string; by: string } | null;
  /** What decides where it goes. */
  choice: {
    /** Of a stored route. */
    route: string | null;
    algorithm: string;
    /** Which side of the route's rollout the row is on; null where there is none. */
    isRollout: boolean | null;
    /** The turn that the next event would get, whoever sends it. Null without a rotation. */
    rotation: { name: string; turn: number | null } | null;
  } | null;
  deliveries: PlannedDelivery[];
  /** How the sender must sign; null: it need not. Not checked, since only the sender can sign. */
  requiredSignature: string | null;
  /** Whether deliveries are signed per Standard Webhooks. */
  isSigned: boolean;
  /** What would differ when it is sent. */
  notes: string[];
};

export type PlannedCircuit = {
  state: CircuitState;
  /** Why it is open or disabled. */
  reason: string | null;
  /** When it may be tried again; RFC 3339. */
  nextProbeAt: string | null;
};

export type PlannedDelivery = {
  target: string;
  job: string;
  destination: string;
  /** Who takes over, in order, where the one before surely did not process the event, or as the route says. */
  takeOver: string[];
  /** How the destination's circuit stands; null: the object that keeps it is out of reach. */
  circuit: PlannedCircuit | null;
  correlationId: string;
  idempotencyKey: string;
  method: string;
  /** In lower case. A value that can be a secret of the sender's is null. */
  headers: Record<string, string | null>;
  attemptTimeoutMs: number;
};
