// Reads what somebody pasted: which kinds of thing it can name, and what is wrong with it as an ID. Pure; whether there is
// such a thing, the store knows.
import { parseCorrelationId } from '../correlation/correlation-id.ts';
import { uuidPlace } from '../correlation/trace-uuid.ts';
import type { RowAsked } from '../store/row-places.ts';
import { readRowText } from '../store/row-text.ts';

export type Searched = {
  text: string;
  /** Lower case, alone or at the end of a correlation ID. */
  uuid: { text: string; place: ReturnType<typeof uuidPlace> } | null;
  /** 64 hex digits. */
  deliveryId: string | null;
  row: RowAsked | null;
  isEmail: boolean;
  /** What is wrong with it as an ID, where it was to be one: a sentence. */
  wrong: string | null;
};

const wholeUuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function readSearched(given: string): Searched {
  const text = given.trim().replace(/^["'<(]+|[>"').,;]+$/g, '');
  const lower = text.toLowerCase();
  const [uuid] = wholeUuid.exec(lower) ?? [];
  const place = uuid === undefined ? null : uuidPlace(uuid);
  return {
    text,
    uuid: uuid === undefined || place === null ? null : { text: uuid, place },
    deliveryId: /^[0-9a-f]{64}$/.test(lower) ? lower : null,
    row: readRowText(text),
    isEmail: /^[^\s@]+@[^\s@]+$/.test(text),
    wrong: wrongAsId(text, lower, uuid),
  };
}

function wrongAsId(text: string, lower: string, uuid: string | undefined): string | null {
  if (text.includes('@') || /\s|#|\//.test(text)) return null;
  if (uuid !== undefined) {
    if (uuid === lower || parseCorrelationId(text) !== null) return null;
    return 'A correlation ID is trigger.job.uuid or system.uuid, with a dot before the uuid and no empty name.';
  }
  const last = lower.slice(lower.lastIndexOf('.') + 1);
  if (/^[0-9a-f-]{20,}$/.test(last) && last.includes('-')) {
    return `"${last}" is no uuid: that has 36 characters, 8-4-4-4-12 hex digits. This one has ${last.length}${groupsOf(last)}.`;
  }
  if (/^[0-9a-f]{40,}$/.test(lower) && lower.length !== 64) {
    return `An idempotency key or a delivery’s id has 64 hex digits. This one has ${lower.length}.`;
  }
  return null;
}

function groupsOf(text: string): string {
  return `, in groups of ${text
    .split('-')
    .map((group) => group.length)
    .join('-')}`;
}
