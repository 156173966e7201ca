// Writes down why events happened, as it was judged. It judges nothing.
import type { StoreClient } from './client.ts';
import { evidenceCodes, ruleCodes } from './codes.ts';
import { internNames, splitText } from './names.ts';
import type { StoredLink } from './read-rows.ts';
import { type DeliveryKey, type EventKey, keyText, tracesOf } from './refs.ts';
import { isOfTraces, keyRows } from './sql.ts';
import { storableJson } from './storable-json.ts';

export type LinkRow = EventKey & {
  evidence: 'certain' | 'weak' | 'pending';
  rule: StoredLink['rule'];
  reason: string;
  correlation_id: string | null;
  /** Null while pending. */
  cause: DeliveryKey | null;
};

/** Replaces what was known of why these events happened; an event without a row has no link. */
export async function replaceLinks(
  client: StoreClient,
  graded: readonly EventKey[],
  links: readonly LinkRow[],
): Promise<void> {
  const linked = new Set(links.map(keyText));
  const unlinked = graded.filter((key) => !linked.has(keyText(key)));
  if (unlinked.length > 0) {
    await client.query(
      `delete from links l using ${keyRows('$1')}
       where l.trace_id = r."traceId" and l.event_ref = r.ref and ${isOfTraces('l', '$2')}`,
      [storableJson(unlinked), tracesOf(unlinked)],
    );
  }
  if (links.length === 0) return;
  const names = await internNames(
    client,
    links.flatMap(({ reason, correlation_id }) => [reason, startOf(correlation_id) ?? reason]),
  );
  const rows = links.map(({ traceId, ref, evidence, rule, reason, correlation_id, cause }) => ({
    trace_id: traceId,
    event_ref: ref,
    evidence: evidenceCodes[evidence],
    rule: ruleCodes[rule],
    reason: names.get(reason),
    named: names.get(startOf(correlation_id) ?? '') ?? null,
    cause_trace_id: cause === null || cause.traceId === traceId ? null : cause.traceId,
    cause_ref: cause?.ref ?? null,
  }));
  await client.query(
    `insert into links (trace_id, event_ref, evidence, rule, reason, named, cause_trace_id, cause_ref)
     select trace_id, event_ref, evidence, rule, reason, named, cause_trace_id, cause_ref
     from json_to_recordset($1::json) as r (
       trace_id uuid, event_ref bigint, evidence "char", rule "char", reason integer, named integer,
       cause_trace_id uuid, cause_ref bigint)
     order by trace_id, event_ref
     on conflict (trace_id, event_ref) do update set
       evidence = excluded.evidence, rule = excluded.rule, reason = excluded.reason,
       named = excluded.named, cause_trace_id = excluded.cause_trace_id, cause_ref = excluded.cause_ref
     where (links.evidence, links.rule, links.reason, links.named, links.cause_trace_id, links.cause_ref)
       is distinct from (excluded.evidence, excluded.rule, excluded.reason, excluded.named,
         excluded.cause_trace_id, excluded.cause_ref)`,
    [storableJson(rows)],
  );
}

/** A correlation ID up to its uuid, which is that of the hop that the event names. */
function startOf(correlationId: string | null): string | null {
  return correlationId && splitText(correlationId).name;
}
