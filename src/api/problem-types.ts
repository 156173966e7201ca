// Every kind of problem that the API answers with: its status and its title. Which endpoint answers with which is said
// where the endpoint is.

type ProblemFacts = { status: ProblemStatus; title: string };
type ProblemStatus =
  | 400
  | 401
  | 403
  | 404
  | 405
  | 409
  | 412
  | 413
  | 415
  | 426
  | 428
  | 429
  | 500
  | 503;

const unauthorized = { status: 401, title: 'Not authorised' } as const;
const cannotReplay = { status: 409, title: 'Cannot be replayed' } as const;
const cannotRerun = { status: 409, title: 'Cannot be made again' } as const;

/** By the last part of `urn:throughline:problem:…`. A title is the same for every occurrence (RFC 9457 §3.1.4). */
export const problemTypes = {
  invalid_request: { status: 400, title: 'Invalid request' },
  protocol_unknown: { status: 400, title: 'An unknown protocol' },
  api_closed: unauthorized,
  token_missing: unauthorized,
  token_unknown: unauthorized,
  token_expired: unauthorized,
  access_malformed: unauthorized,
  access_algorithm: unauthorized,
  access_expired: unauthorized,
  access_not_yet_valid: unauthorized,
  access_issuer: unauthorized,
  access_audience: unauthorized,
  access_signature: unauthorized,
  access_no_identity: unauthorized,
  no_role: { status: 403, title: 'Not allowed' },
  role_needed: { status: 403, title: 'Not allowed' },
  foreign_origin: { status: 403, title: 'Not allowed' },
  not_found: { status: 404, title: 'Not found' },
  path_unknown: { status: 404, title: 'No such path' },
  method_not_allowed: { status: 405, title: 'Method not allowed' },
  event_ambiguous: { status: 409, title: 'More than one event has this id' },
  already_delivered: cannotReplay,
  already_replayed: cannotReplay,
  sender_may_come_again: cannotReplay,
  body_lost: cannotReplay,
  not_delivered: cannotRerun,
  not_allowed: cannotRerun,
  body_not_kept: cannotRerun,
  body_redacted: cannotRerun,
  nothing_to_cancel: { status: 409, title: 'Nothing to cancel' },
  not_possible: { status: 409, title: 'Not possible' },
  circuit_not_open: { status: 409, title: 'Nothing to close' },
  destination_not_disabled: { status: 409, title: 'Nothing to enable' },
  tokens_full: { status: 409, title: 'Too many tokens' },
  stops_full: { status: 409, title: 'Too many stops' },
  configuration_busy: { status: 409, title: 'Changed by others' },
  configuration_unreadable: { status: 409, title: 'Configuration unreadable' },
  key_exists: { status: 409, title: 'Key exists' },
  key_expired: { status: 409, title: 'Key expired' },
  key_unusable: { status: 409, title: 'Key cannot be used' },
  key_scope: { status: 409, title: 'Beyond what the key may do' },
  precondition_failed: { status: 412, title: 'Precondition failed' },
  body_too_large: { status: 413, title: 'Body too large' },
  unsupported_media_type: { status: 415, title: 'Unsupported media type' },
  upgrade_required: { status: 426, title: 'This is a WebSocket' },
  precondition_required: { status: 428, title: 'Precondition required' },
  too_many_unknown_tokens: { status: 429, title: 'Too many unknown tokens' },
  internal: { status: 500, title: 'Internal error' },
  access_unreachable: { status: 503, title: 'Access out of reach' },
  database_unreachable: { status: 503, title: 'Database out of reach' },
  queue_unreachable: { status: 503, title: 'Queue out of reach' },
  driver_unreachable: { status: 503, title: 'Out of reach' },
  stops_unreachable: { status: 503, title: 'Stops out of reach' },
  circuits_unreachable: { status: 503, title: 'Circuits out of reach' },
  rotation_unreachable: { status: 503, title: 'Rotation out of reach' },
  live_feed_missing: { status: 503, title: 'There is no live feed here' },
  configuration_unreachable: { status: 503, title: 'Configuration out of reach' },
} as const satisfies Record<string, ProblemFacts>;

export type ProblemReason = keyof typeof problemTypes;

/** The `type` of a problem document. */
export function problemUrn(reason: ProblemReason): string {
  return `urn:throughline:problem:${reason}`;
}
