// The shape of an event trigger's configuration, after Hasura's `pg_create_event_trigger`; it does nothing.

/** `*` listens to any column; a list fires an UPDATE only when one of them changed. */
export type ListenedColumns = '*' | readonly string[];

export type OperationSpec = {
  columns: ListenedColumns;
  /** Columns that are sent; all by default. */
  payload?: ListenedColumns;
};

/** A header with its value; with `fromEnv` the invocation log names the variable in place of the value. */
export type TriggerHeader = { name: string; value: string; fromEnv?: string };

export type RetryConfiguration = {
  /** Attempts after the first. Hasura's default is 0. */
  numRetries: number;
  /** Hasura's default is 10. */
  intervalSec: number;
  /** How long to wait for the webhook's answer. Hasura's default is 60. */
  timeoutSec: number;
};

export type EventTrigger = {
  name: string;
  table: { schema: string; name: string };
  insert?: OperationSpec;
  update?: OperationSpec;
  delete?: OperationSpec;
  webhook: string;
  headers: readonly TriggerHeader[];
  retry: RetryConfiguration;
};

/** Hasura's defaults (docs: Metadata API, RetryConf). */
export const defaultRetry: RetryConfiguration = { numRetries: 0, intervalSec: 10, timeoutSec: 60 };
