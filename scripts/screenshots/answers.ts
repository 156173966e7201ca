// Changes the API's answers into those of a world that is empty, far too large, or masked. Pure; it keeps an answer's
// shape, and invents no field.

type Json = unknown;

function mapValues(value: object, change: (value: Json, key: string) => Json): Json {
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, change(inner, key)]));
}

const isObject = (value: Json): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** By name, not in a list. */
const records = new Set(['routes', 'destinations']);

/** Without anything that is in a list or counted. */
export function emptied(answer: Json, path: string): Json {
  // Who the reader is does not depend on what has happened; settings are as they were built.
  if (/^\/api\/(me|admin\/settings)$/.test(path)) return answer;
  return nothingOf(answer, '');
}

function nothingOf(value: Json, key: string): Json {
  if (Array.isArray(value)) return [];
  if (key === 'nextCursor') return null;
  if (isObject(value)) return records.has(key) ? {} : mapValues(value, nothingOf);
  return typeof value === 'number' && !key.endsWith('Ms') && !/version/i.test(key) ? 0 : value;
}

const extremes = [
  `order_${'x'.repeat(294)}`,
  'طلب جديد من المتجر الإلكتروني للعميل الدائم',
  '🧾📦🚚 the parcel’s label, printed 🏷️ and told to the carrier 👩‍🔧 who is away until Monday',
  'notify-everybody-who-has-ever-bought-something-like-it-in-one-of-our-shops',
];

const names = new Set([
  'job',
  'trigger',
  'rowKey',
  'subject',
  'finding',
  'note',
  'target',
  'destination',
  'error',
  'answer',
  'detail',
  'label',
  'source',
]);
const lists = new Set([
  'traces',
  'deadLetters',
  'circuits',
  'jobs',
  'destinations',
  'needsALook',
  'topTriggers',
  'topFailing',
  'versions',
  'entries',
  'keys',
  'tokens',
  'runs',
  'tables',
  'loops',
  'changes',
  'members',
  'allowedDestinations',
]);
const manyRows = 120;

/** With lists of 200 and with names that nobody had in mind. */
export function stretched(answer: Json, path: string): Json {
  if (path === '/api/me') return answer;
  return far(answer, '', 0);
}

function far(value: Json, key: string, turn: number): Json {
  if (Array.isArray(value)) {
    if (!lists.has(key) || value.length === 0) return value.map((each, at) => far(each, '', at));
    return Array.from({ length: manyRows }, (_, at) =>
      far(apart(value[at % value.length], at), '', at),
    );
  }
  if (isObject(value)) {
    if (records.has(key)) return tooMany(value);
    return mapValues(value, (inner, name) => {
      if (typeof inner === 'string' && names.has(name)) return extremes[turn % extremes.length];
      if (typeof inner === 'number' && name === 'deliveries') return inner * 1_234;
      return far(inner, name, turn);
    });
  }
  return value;
}

function tooMany(record: object): Json {
  const [first] = Object.values(record) as Json[];
  if (first === undefined) return record;
  return Object.fromEntries(
    Array.from({ length: manyRows }, (_, at) => [`${extremes[at % extremes.length]}-${at}`, first]),
  );
}

/** Of two rows with one id the page would draw one. */
function apart(row: Json, at: number): Json {
  if (!isObject(row)) return row;
  return mapValues(row, (inner, key) =>
    (key === 'id' || key === 'deliveryId') && typeof inner === 'string'
      ? inner.slice(0, -4) + String(at).padStart(4, '0')
      : inner,
  );
}

const levels = ['error', 'warn', 'info', 'debug', 'unknown'];

/** With so many lines of log, each a nanosecond after the one before, of every level. */
export function wordy(answer: Json, count: number): Json {
  if (!isObject(answer) || !('lines' in answer) || !Array.isArray(answer.lines)) return answer;
  const lines = answer.lines.filter(isObject);
  const [first] = lines;
  if (first === undefined || !('timestampNs' in first)) return answer;
  const from = BigInt(String(first.timestampNs));
  return {
    ...answer,
    lines: Array.from({ length: count }, (_, at) => ({
      ...lines[at % lines.length],
      id: `line ${at}`,
      timestampNs: String(from + BigInt(at)),
      level: levels[at % levels.length],
    })),
  };
}

const address = /[\w.+-]+@([\w-]+\.)+\w+/g;

/** For a viewer, to whom e-mail addresses are marks. */
export function masked(answer: Json, path: string): Json {
  if (path === '/api/me' && isObject(answer)) {
    return {
      ...answer,
      role: 'viewer',
      mayUnmask: false,
      masked: { emails: true, columns: ['customers.name'] },
    };
  }
  return JSON.parse(JSON.stringify(answer).replaceAll(address, 'd***0f3a9c21@example.com'));
}
