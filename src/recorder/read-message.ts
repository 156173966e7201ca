// Takes a queue message apart into records. What does not fit the schema is handed back with the reason
// and its text, never dropped: the consumer keeps it.
import { messageOf } from '../error-message.ts';
import { z } from 'zod';
import { type RecordMessage, recordSchema } from '../store/record.ts';

export type ReadMessage = {
  /** `text` writes it as it came. */
  records: { position: number; record: RecordMessage; text: () => string }[];
  unreadable: { position: number; reason: string; text: string }[];
};

/** @param body one record or an array of them, as data, as JSON text or as its bytes */
export function readMessage(body: unknown): ReadMessage {
  const read: ReadMessage = { records: [], unreadable: [] };
  const parsed = parseBody(body);
  if ('reason' in parsed) {
    read.unreadable.push({ position: 0, ...parsed });
    return read;
  }
  const items: unknown[] = Array.isArray(parsed.value) ? parsed.value : [parsed.value];
  for (const [position, item] of items.entries()) {
    const result = recordSchema.safeParse(item);
    const text = (): string => textOf(item);
    if (result.success) read.records.push({ position, record: result.data, text });
    else read.unreadable.push({ position, reason: z.prettifyError(result.error), text: text() });
  }
  return read;
}

function textOf(item: unknown): string {
  try {
    return JSON.stringify(item) ?? String(item);
  } catch (error) {
    return `Cannot be written down: ${messageOf(error)}`;
  }
}

function parseBody(body: unknown): { value: unknown } | { reason: string; text: string } {
  if (typeof body !== 'string' && !(body instanceof ArrayBuffer) && !ArrayBuffer.isView(body)) {
    return { value: body };
  }
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body);
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return { reason: `Not JSON: ${messageOf(error)}`, text };
  }
}
