// What somebody copies to send a first event: a command, and an event trigger for Hasura's metadata. Pure. Keys are never
// part of it.
import { curlOf, shellQuote } from '../panel/curl.ts';

/** What stands where the edge's address is not known. */
const unknownEdge = 'https://YOUR-EDGE';

/** Where a sender asks for a delivery to one job. */
export function edgeUrlOf(edge: string | null, destination: string): string {
  return `${edge ?? unknownEdge}/?destinations=${encodeURIComponent(destination)}`;
}

/** Sets the key for the commands that follow, as they name it. */
export function exportOf(key: string | null): string {
  return `export THROUGHLINE_KEY=${key === null ? 'YOUR-KEY' : shellQuote(key)}`;
}

export function firstCommand(edge: string | null, destination: string): string {
  return curlOf({
    method: 'POST',
    url: [edgeUrlOf(edge, destination)],
    headers: [
      ['content-type', 'application/json'],
      ['x-throughline-key', { variable: 'THROUGHLINE_KEY' }],
    ],
    body: '{"hello":"throughline"}',
  });
}

/** A text within single quotes of YAML 1.2 (§7.3.2). */
function yamlQuote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** For a table's file of Hasura's metadata (version 3). A trigger that listens to `updated_by` would fire itself. */
export function hasuraTrigger(edge: string | null, destination: string): string {
  return `event_triggers:
  - name: order_written
    definition:
      enable_manual: true
      insert:
        columns: '*'
      update:
        # Those that matter to the job, without updated_by and updated_at.
        columns: [status]
    retry_conf:
      num_retries: 5
      interval_sec: 10
      timeout_sec: 60
    webhook: ${yamlQuote(edgeUrlOf(edge, destination))}
    headers:
      - name: x-throughline-key
        value_from_env: THROUGHLINE_KEY
`;
}
