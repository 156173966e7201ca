// What a dry run is asked and what it tells. Shapes only, since the edge works it out and the API hands it on.
import { z } from 'zod';
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

const plannedCircuitSchema = z.object({
  state: z.enum(['closed', 'open', 'half_open', 'disabled'] satisfies CircuitState[]),
  /** Why it is open or disabled. */
  reason: z.string().nullable(),
  /** When it may be tried again; RFC 3339. */
  nextProbeAt: z.iso.datetime().nullable(),
});

const plannedDeliverySchema = z.object({
  target: z.string(),
  job: z.string(),
  destination: z.string(),
  /** Who takes over, in order, where the one before surely did not process the event, or as the route says. */
  takeOver: z.array(z.string()),
  /** How the destination's circuit stands; null: the object that keeps it is out of reach. */
  circuit: plannedCircuitSchema.nullable(),
  correlationId: z.string(),
  idempotencyKey: z.string(),
  method: z.string(),
  /** In lower case. A value that can be a secret of the sender's is null. */
  headers: z.record(z.string(), z.string().nullable()),
  attemptTimeoutMs: z.number(),
});

export const dryRunReportSchema = z.object({
  /** False where nothing is sent: the sender would be refused (`problem`), or the event kept (`stop`). */
  wouldSend: z.boolean(),
  /** What the sender would be told then (RFC 9457). */
  problem: z
    .object({ type: z.string(), title: z.string(), status: z.int(), detail: z.string() })
    .nullable(),
  /** What the request is taken for; null where it would not come that far. */
  event: z
    .object({
      id: z.string(),
      source: z.string(),
      kind: z.enum(['hasura', 'webhook']),
      trigger: z.string().nullable(),
      table: z.object({ schema: z.string(), name: z.string() }).nullable(),
      op: z.string().nullable(),
      rowKey: z.string().nullable(),
      traceId: z.string(),
      startsTrace: z.boolean(),
    })
    .nullable(),
  /** What holds the event: its deliveries are kept as dead letters, and the sender is told 202. Null: nothing. */
  stop: z.object({ id: z.string(), since: z.iso.datetime(), by: z.string() }).nullable(),
  /** What decides where it goes. */
  choice: z
    .object({
      /** Of a stored route. */
      route: z.string().nullable(),
      algorithm: z.string(),
      /** Which side of the route's rollout the row is on; null where there is none. */
      isRollout: z.boolean().nullable(),
      /** The turn that the next event would get, whoever sends it. Null without a rotation. */
      rotation: z.object({ name: z.string(), turn: z.number().nullable() }).nullable(),
    })
    .nullable(),
  deliveries: z.array(plannedDeliverySchema),
  /** How the sender must sign; null: it need not. Not checked, since only the sender can sign. */
  requiredSignature: z.string().nullable(),
  /** Whether deliveries are signed per Standard Webhooks. */
  isSigned: z.boolean(),
  /** What would differ when it is sent. */
  notes: z.array(z.string()),
});

export type PlannedCircuit = z.infer<typeof plannedCircuitSchema>;
export type PlannedDelivery = z.infer<typeof plannedDeliverySchema>;
export type DryRunReport = z.infer<typeof dryRunReportSchema>;
