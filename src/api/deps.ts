// What the API needs from outside. The Worker gives the real things, tests theirs.
import type { ApiAccess } from './access/authenticate.ts';
import type { AdminDeps } from './admin/deps.ts';
import type { CircuitFacts, ResetOutcome } from '../circuits/circuit-report.ts';
import type { KnownDestination } from '../config/configuration.ts';
import type { Cancellations } from '../deliveries/cancellations.ts';
import type { RetryQueue } from '../deliveries/retry-queue.ts';
import type { BodyStore } from '../deliveries/send-parcel.ts';
import type { Logs } from '../logs/logs.ts';
import type { Connect } from '../store/client.ts';

/** Hands a request on to the feed. @param endsAtMs when the connection is to end, ms since the epoch */
export type ConnectLive = (request: Request, endsAtMs: number) => Promise<Response>;

export type ApiCircuits = {
  /** Of all objects that answer. */
  list(): Promise<{ circuits: CircuitFacts[]; objectsOutOfReach: number }>;
  /** Closes an open circuit, or enables a disabled destination. @throws where the object is out of reach */
  reset(id: string, from: 'open' | 'disabled'): Promise<ResetOutcome>;
};

export type ApiDeps = {
  /** Where senders reach the edge, an origin; null or left out: nobody has said so. */
  edgeUrl?: string | null;
  /** Lends a connection to the observability database for one request. */
  connect: Connect;
  logs: Logs;
  /** Takes what is replayed. */
  retries: Pick<RetryQueue, 'enqueue'>;
  cancellations: Pick<Cancellations, 'cancel' | 'allow'>;
  circuits: ApiCircuits;
  /** What drives replay runs: to be woken before a run is to go on. */
  replays: { wake(runId: string): Promise<void> };
  /** Whether a destination may be called now. */
  isAllowed(destination: URL): Promise<boolean>;
  /** What is configured of destinations, by their URLs. */
  knownDestinations(): Promise<ReadonlyMap<string, KnownDestination>>;
  /** Where requests lie that fit no queue message. */
  bodies: Pick<BodyStore, 'get'>;
  /** Connects to the live feed; left out where there is none. */
  live?: ConnectLive;
  /** What admins change. */
  admin: AdminDeps;
  /** Who may do what. */
  access: ApiAccess;
  /** SHA-256 (lower-case hex) of the token in the variables, which is an admin's; null: there is none. */
  apiTokenSha256: string | null;
  /** ms since the epoch. */
  now(): number;
  /** Tells an operator what went wrong. */
  report(message: string, facts: Record<string, unknown>): void;
};
