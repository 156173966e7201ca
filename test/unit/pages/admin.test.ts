import { describe, expect, test } from 'vitest';
import { algorithmItems, isAlgorithm } from '../../../pages/src/admin/algorithms.ts';
import { destinationRows } from '../../../pages/src/admin/destination-rows.ts';
import { fieldErrors, wholeForm } from '../../../pages/src/admin/field-errors.ts';
import { mergeChanges } from '../../../pages/src/admin/merge.ts';
import { formatPauses, parsePauses } from '../../../pages/src/admin/pauses.ts';
import {
  draftOf,
  emptyDraft,
  routeOf,
  withoutEmptyLines,
} from '../../../pages/src/admin/route-draft.ts';
import {
  parseDestinationSearch,
  parseDryRunSearch,
  parseVersionSearch,
} from '../../../pages/src/admin/search.ts';
import {
  type Settings,
  settingsDraftOf,
  settingsOf,
  withoutEmptySettings,
} from '../../../pages/src/admin/settings-draft.ts';
import { actionText, shownValue, whoText } from '../../../pages/src/admin/words.ts';
import { Problem } from '../../../pages/src/api/http.ts';
import {
  configurationSchema,
  routeSchema,
  type StoredRoute,
} from '../../../src/config/configuration.ts';

const [first, second] = ['https://a.example.com/one', 'https://b.example.com/two'];

function storedSettings(given: object): Settings {
  const {
    format: _format,
    routes: _routes,
    destinations: _destinations,
    keys: _keys,
    allowedDestinations: _allowed,
    ...settings
  } = configurationSchema.parse({ format: 1, ...given });
  return settings;
}

const full: StoredRoute = routeSchema.parse({
  algorithm: 'round-robin',
  destinations: [first, second],
  fallback: ['https://c.example.com/spare'],
  job: 'pay',
  takeOver: 'any_failure',
  retries: { pausesSeconds: [5, 300, 7_200], jitter: 0.125, byStatus: { 503: [30], 409: [] } },
  signature: { scheme: 'hmac', secretFrom: 'SHOP_SECRET', header: 'x-sig' },
  attemptTimeoutSeconds: 30,
  rotationPersistenceSeconds: 3_600,
  rollout: { percent: 12.5, algorithm: 'broadcast', destinations: [second] },
});

const problem = (...errors: { in: string; name: string; message: string }[]): Problem =>
  new Problem(400, 'Invalid request', 'all of it', errors);

describe('a route in a form', () => {
  test.each([
    ['every field', full],
    ['only what it must have', routeSchema.parse({ destinations: [first] })],
  ])('comes out as it went in, with %s', (_what, route) => {
    expect(routeOf(draftOf(route))).toEqual({ ok: true, route });
  });

  test('leaves empty lines out, so that the places in errors are those of the lines', () => {
    const draft = {
      ...emptyDraft,
      destinations: ['', ` ${first} `, ''],
      fallback: [''],
      rollout: { percent: '5', algorithm: 'broadcast', destinations: ['', second], fallback: [] },
    };
    const filled = withoutEmptyLines(draft);
    expect([filled.destinations, filled.fallback, filled.rollout?.destinations]).toEqual([
      [first],
      [],
      [second],
    ]);
    expect(withoutEmptyLines(emptyDraft).destinations).toEqual(['']);
    const made = routeOf(emptyDraft);
    // That one is needed is for the API to say.
    expect(made.ok && made.route.destinations).toEqual([]);
  });

  test('says which numbers and pauses cannot be read, by field', () => {
    const made = routeOf({
      ...draftOf(full),
      attemptTimeoutSeconds: 'soon',
      rollout: { percent: '', algorithm: 'broadcast', destinations: [first], fallback: [] },
      retries: {
        pauses: '5 s, later',
        jitterPercent: '20',
        byStatus: [{ status: '503', pauses: 'x' }],
      },
    });
    expect(made.ok ? [] : [...made.errors.keys()].toSorted()).toEqual([
      'attemptTimeoutSeconds',
      'retries.byStatus.503',
      'retries.pausesSeconds',
      'rollout.percent',
    ]);
  });
});

describe('settings in a form', () => {
  const none: Settings = storedSettings({});
  const all: Settings = storedSettings({
    sources: {
      shop: { rowKeys: { 'public.lines': ['order_id', 'line'], 'public.tags': ['name'] } },
      plain: {},
    },
    retries: { pausesSeconds: [5, 60], byStatus: { 429: [60] } },
    rotationPersistenceSeconds: 3_600,
    redaction: { columns: ['customers.iban'], headers: ['x-token'] },
    limits: { maxBodyBytes: 2_048, maxDestinations: 9 },
    notifications: [{ url: 'https://chat.example.com/hook' }],
    disableAfterDays: 30,
    loops: { flagAfter: 4, stopAfter: 9 },
  });

  test.each([
    ['everything', all],
    ['nothing', none],
  ])('come out as they went in, with %s set', (_what, settings) => {
    expect(settingsOf(settingsDraftOf(settings), settings)).toEqual({ ok: true, settings });
  });

  test('leave empty lines out, and say which row of keys is not whole or stands twice', () => {
    const lines = { source: 'shop', table: 'public.lines', columns: ' order_id ,line,' };
    const draft = {
      ...settingsDraftOf(none),
      notifications: ['', ' https://chat.example.com/hook '],
      rowKeys: [
        lines,
        { source: ' ', table: '', columns: '' },
        { ...lines, columns: ' , ' },
        lines,
      ],
    };
    const filled = withoutEmptySettings(draft);
    expect([filled.notifications, filled.rowKeys.length]).toEqual([
      ['https://chat.example.com/hook'],
      3,
    ]);
    const made = settingsOf(filled, none);
    expect(made.ok ? [] : [...made.errors.keys()]).toEqual(['rowKeys.1', 'rowKeys.2']);
    const right = settingsOf({ ...filled, rowKeys: [lines] }, none);
    expect(right.ok && right.settings.sources).toEqual({
      shop: { rowKeys: { 'public.lines': ['order_id', 'line'] } },
    });
  });
});

describe('pauses between attempts', () => {
  test('are read with and without units, and written with the largest that fits', () => {
    expect(parsePauses('5, 30 s,5min, 2 h , 1d, 0.5 h')).toEqual({
      ok: true,
      seconds: [5, 30, 300, 7_200, 86_400, 1_800],
    });
    expect(formatPauses([5, 90, 300, 7_200, 86_400])).toBe('5 s, 90 s, 5 min, 2 h, 1 d');
    expect(parsePauses('  ')).toEqual({ ok: true, seconds: [] });
  });

  test('name what is none', () => {
    expect(parsePauses('5 s, -3, 9')).toEqual({
      ok: false,
      message: '“-3” is no pause: write 30 s, 5 min, 2 h or 1 d',
    });
    expect(parsePauses('5 weeks')).toMatchObject({ ok: false });
  });
});

describe('the API’s errors', () => {
  const at = {
    prefix: 'routes.orders',
    fields: ['name', 'destinations', 'rollout.percent', 'notifications'],
  };

  test('stand at their field and line, whether they name the part or its place in the document', () => {
    const errors = fieldErrors(
      problem(
        { in: 'json', name: 'destinations.1', message: 'must be an http(s) URL' },
        { in: 'json', name: 'routes.orders.destinations.0', message: 'is not allowed' },
        { in: 'json', name: 'rollout.percent', message: 'too much' },
        { in: 'json', name: 'notifications.2.url', message: 'must be https' },
        { in: 'param', name: 'name', message: 'must be short' },
      ),
      at,
    );
    expect(Object.fromEntries(errors)).toEqual({
      'destinations.1': 'must be an http(s) URL',
      'destinations.0': 'is not allowed',
      'rollout.percent': 'too much',
      'notifications.2': 'must be https',
      name: 'must be short',
    });
  });

  test('that belong to no field are told of the whole, with their path', () => {
    const errors = fieldErrors(
      problem(
        { in: 'json', name: 'routes.other.destinations.0', message: 'is not allowed' },
        { in: 'json', name: 'takeOver', message: 'is unknown' },
      ),
      at,
    );
    expect(Object.fromEntries(errors)).toEqual({
      [wholeForm]: 'routes.other.destinations.0: is not allowed; takeOver: is unknown',
    });
  });

  test('without parts are told by their detail', () => {
    expect(fieldErrors(new Problem(503, 'Out of reach', 'Try later.'), at).get(wholeForm)).toBe(
      'Try later.',
    );
    expect(fieldErrors(new Error('broken'), at).get(wholeForm)).toBe('broken');
  });
});

describe('two people who change one route', () => {
  const base = { algorithm: 'broadcast', job: null as string | null, destinations: [first] };

  test('both get their way where they changed different fields', () => {
    const { merged, fields } = mergeChanges(
      base,
      { ...base, job: 'pay' },
      { ...base, destinations: [first, second] },
    );
    expect(merged).toEqual({ algorithm: 'broadcast', job: 'pay', destinations: [first, second] });
    expect(fields.map(({ field, clashes }) => [field, clashes])).toEqual([
      ['job', false],
      ['destinations', false],
    ]);
  });

  test('are told where they changed the same field, and the reader’s own stands', () => {
    const { merged, fields } = mergeChanges(
      base,
      { ...base, job: 'mine' },
      { ...base, job: 'theirs' },
    );
    expect(merged.job).toBe('mine');
    expect(fields).toEqual([
      { field: 'job', base: null, mine: 'mine', theirs: 'theirs', clashes: true },
    ]);
  });

  test('have no clash where they changed it to the same, or only the order of members', () => {
    const same = mergeChanges({ a: { x: 1, y: 2 } }, { a: { y: 3, x: 1 } }, { a: { x: 1, y: 3 } });
    expect(same.fields.map(({ clashes }) => clashes)).toEqual([false]);
    expect(
      mergeChanges({ a: { x: 1, y: 2 } }, { a: { y: 2, x: 1 } }, { a: { x: 1, y: 2 } }),
    ).toEqual({ merged: { a: { x: 1, y: 2 } }, fields: [] });
  });
});

describe('destinations', () => {
  test('are all that routes use or that are described, with who uses them', () => {
    const { routes, destinations } = configurationSchema.parse({
      format: 1,
      routes: { orders: full, late: { destinations: [first] } },
      destinations: { [second]: { isSlow: true }, 'https://z.example.com/': {} },
    });
    const rows = destinationRows({ routes, destinations });
    expect(
      rows.map(({ url, known, impliedJob, routes: names }) => [
        url,
        known?.isSlow,
        impliedJob,
        names,
      ]),
    ).toEqual([
      [first, undefined, 'one', ['late', 'orders']],
      [second, true, 'two', ['orders']],
      ['https://c.example.com/spare', undefined, 'spare', ['orders']],
      ['https://z.example.com/', false, 'z.example.com', []],
    ]);
  });
});

describe('algorithms to choose from', () => {
  test('have the stored one among them, however it is written', () => {
    expect(isAlgorithm('Round_Robin', 'round-robin')).toBe(true);
    expect(algorithmItems('roundRobin').map(({ value }) => value)).toEqual([
      'pass-through',
      'broadcast',
      'roundRobin',
    ]);
    expect(algorithmItems('by-weather').at(-1)).toEqual({
      value: 'by-weather',
      label: 'by-weather',
    });
  });
});

describe('admin’s words', () => {
  test('say what was done, and by its own name what is not known here', () => {
    expect(actionText({ action: 'route.put', subject: 'orders' })).toBe('Stored the route orders');
    expect(actionText({ action: 'configuration.rollback', subject: 'to version 3' })).toBe(
      'Went back to version 3',
    );
    expect(actionText({ action: 'circuit.polish', subject: null })).toBe('circuit.polish');
    expect(actionText({ action: 'constructor', subject: 'x' })).toBe('constructor x');
  });

  test('tell what somebody says of themselves beside what is verified', () => {
    expect(whoText({ name: 'api-token', onBehalfOf: 'dana' })).toBe('dana by api-token');
    expect(whoText({ name: 'api-token', onBehalfOf: null })).toBe('api-token');
  });

  test('show a part of the configuration on one line, without what is not set', () => {
    expect(
      shownValue({
        algorithm: 'broadcast',
        job: null,
        destinations: [first],
        rollout: { percent: 5 },
      }),
    ).toBe(`algorithm: broadcast · destinations: ${first} · rollout { percent: 5 }`);
    expect([shownValue(null), shownValue([]), shownValue({}), shownValue(false)]).toEqual([
      'not set',
      'none',
      'empty',
      'false',
    ]);
  });
});

describe('the admin’s addresses', () => {
  test('keep what is edited, tried and open, and drop what they do not know', () => {
    expect(parseDestinationSearch({ edit: first })).toEqual({ edit: first });
    expect(parseDestinationSearch({ edit: 3 })).toEqual({});
    expect(parseDryRunSearch({ route: 'orders' })).toEqual({ route: 'orders' });
    expect(parseDryRunSearch({ route: '' })).toEqual({});
    expect(parseVersionSearch({ open: 3 })).toEqual({ open: 3 });
    expect(parseVersionSearch({ open: '3x' })).toEqual({});
    expect(parseVersionSearch({ open: -1 })).toEqual({});
  });
});
