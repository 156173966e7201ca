// Cuts a log line's text into what is plain, what is a correlation ID, and what was searched for. Pure.
import { partsOfCorrelationId } from '../words/names.ts';

export type TextPart =
  | { kind: 'plain' | 'found'; text: string }
  | { kind: 'id'; text: string; name: string; traceId: string };

const name = '[a-z0-9_-]{1,64}';
const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}';
const idPattern = new RegExp(`(?<![\\w.-])${name}(?:\\.${name})?\\.${uuid}(?![\\w-])`, 'g');

/** The trace that an ID belongs to: its uuid without the last ten digits, which name the hop. */
export function traceOf(correlationId: string): string {
  return `${correlationId.slice(-36, -10)}0000000000`;
}

export function partsOf(text: string, words: readonly string[]): TextPart[] {
  const parts: TextPart[] = [];
  let at = 0;
  for (const found of text.matchAll(idPattern)) {
    parts.push(...markWords(text.slice(at, found.index), words));
    const [id] = found;
    parts.push({ kind: 'id', text: id, name: partsOfCorrelationId(id).job, traceId: traceOf(id) });
    at = found.index + id.length;
  }
  parts.push(...markWords(text.slice(at), words));
  return parts;
}

function markWords(text: string, words: readonly string[]): TextPart[] {
  if (text === '') return [];
  if (words.length === 0) return [{ kind: 'plain', text }];
  const pattern = words.map((word) => word.replaceAll(/[\\^$.|?*+()[\]{}]/g, String.raw`\$&`));
  const cut = text.split(new RegExp(`(${pattern.join('|')})`, 'gi'));
  // Every second part is what the group has caught.
  return cut.flatMap((part, index): TextPart[] =>
    part === '' ? [] : [{ kind: index % 2 === 1 ? 'found' : 'plain', text: part }],
  );
}
