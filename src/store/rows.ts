// The rows that a batch of records becomes. Only shapes; the recorder makes them, insert.ts writes them.
// Ids of deliveries are 64 hex digits, times are RFC 3339 in UTC with up to six fractional digits.
import type { NamedBy } from '../correlation/named-by.ts';
import type {
  ArrivalFacts,
  AttemptFacts,
  DeathReason,
  DeliveryFacts,
  EventFacts,
  SkippedFacts,
} from './record.ts';

export type EventRow = {
  source: string;
  id: string;
  kind: EventFacts['kind'];
  trigger: string | null;
  table_schema: string | null;
  table_name: string | null;
  op: EventFacts['op'];
  row_key: string | null;
  created_at_raw: string | null;
  created_at: string;
  arrived_at: string;
  actor: string | null;
  previous_actor: string | null;
  session_correlation_id: string | null;
  session_user_name: string | null;
  session_variables: Record<string, string> | null;
  context_trace_id: string | null;
  trace_id: string;
  starts_trace: boolean;
  named_hop_id: string | null;
  named_by: NamedBy | null;
  change_id: string;
  old_row: Record<string, unknown> | null;
  new_row: Record<string, unknown> | null;
  payload_kept: boolean;
  is_test: boolean;
};

export type ArrivalRow = {
  id: string;
  source: string;
  event_id: string;
  at: string;
  current_retry: number | null;
  max_retries: number | null;
};

export type DeliveryRow = {
  id: string;
  source: string;
  event_id: string;
  target: string;
  algorithm: string;
  job: string;
  correlation_id: string;
  hop_id: string;
  rerun_of: string | null;
  /** When the arrival came that told it; of several the latest. */
  told_at: string;
  /** Null where no stored route was named. */
  is_rollout: boolean | null;
};

export type AttemptRow = {
  id: string;
  delivery_id: string;
  arrival_id: string;
  destination: string;
  started_at: string;
  ended_at: string | null;
  status: number | null;
  outcome: AttemptFacts['outcome'];
  error: string | null;
  answer: string | null;
  degraded: boolean;
  works_in_background: boolean;
  skipped: SkippedFacts[] | null;
};

export type DeadLetterRow = {
  delivery_id: string;
  source: string;
  dead_at: string;
  told_at: string;
  reason: DeathReason;
  first_attempt_at: string;
  status: number | null;
  error: string | null;
  destination: string;
  /** Null where the request is kept under `body_key`. */
  method: string | null;
  headers: [string, string][] | null;
  /** Base64; null where there is none. */
  body: string | null;
  body_key: string | null;
  facts: { event: EventFacts; arrival: ArrivalFacts; delivery: DeliveryFacts };
};

export type RefusalRow = {
  id: string;
  at: string;
  source: string | null;
  status: number;
  reason: string;
  detail: string;
  count: number;
};

/** Everything one batch writes. Each list holds a key once, in ascending order of its key. */
export type Rows = {
  events: EventRow[];
  arrivals: ArrivalRow[];
  deliveries: DeliveryRow[];
  attempts: AttemptRow[];
  deadLetters: DeadLetterRow[];
  refusals: RefusalRow[];
};

export type UnreadableRow = {
  message_id: string;
  position: number;
  received_at: string;
  reason: string;
  body: string;
};
