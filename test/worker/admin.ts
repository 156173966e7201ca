// Asks the Worker's admin API as an admin would, each test with a configuration object of its own.
import {
  createExecutionContext,
  runInDurableObject,
  waitOnExecutionContext,
} from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import type { AdminConfig } from '../../durable-objects/admin-config.ts';
import worker from '../../src/index.ts';
import { type DescribedAnswers, describedAnswers } from '../support/described-answers.ts';
import { sha256 } from './edge.ts';

const token = 'tl_api_test';

export type Answer = {
  status: number;
  etag: string | null;
  headers: Headers;
  // Tests hold it against what they expect: its shape is what is tested.
  // oxlint-disable-next-line typescript/no-explicit-any
  body: any;
  text: string;
};

/** `ask` takes paths below /api/admin, or whole ones that begin with /api/. */
export type Admin = {
  stub: DurableObjectStub<AdminConfig>;
  /** What the Worker is bound to in this test. */
  bindings: Partial<Env>;
  ask: (
    method: string,
    path: string,
    given?: { body?: unknown; headers?: Record<string, string>; variables?: object },
  ) => Promise<Answer>;
  /** Replaces the whole configuration, whatever is there. */
  put: (document: object, note?: string) => Promise<Answer>;
  /** Gives the object a KV of the test's own. */
  useKv: (kv: Pick<KVNamespace, 'put'>) => Promise<void>;
};

let known: Promise<DescribedAnswers> | null = null;

/** The Worker's description of its API: every answer is held against it. */
function described(): Promise<DescribedAnswers> {
  known ??= readDescription();
  return known;
}

async function readDescription(): Promise<DescribedAnswers> {
  const context = createExecutionContext();
  const request = new Request('https://edge.example/api/openapi.json', {
    headers: { authorization: `Bearer ${token}` },
  });
  const response = await worker.fetch(
    request as Request<unknown, IncomingRequestCfProperties>,
    { ...env, API_TOKEN_SHA256: await sha256(token) },
    context,
  );
  return describedAnswers(await response.json());
}

export function freshAdmin(): Admin {
  const stub = env.ADMIN_CONFIG.getByName(crypto.randomUUID());
  const bindings = {
    ADMIN_CONFIG: { getByName: () => stub } as unknown as Env['ADMIN_CONFIG'],
  };
  const admin: Admin = {
    stub,
    bindings,
    async ask(method, path, { body, headers = {}, variables = {} } = {}) {
      const context = createExecutionContext();
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      const whole = path.startsWith('/api/') ? path : `/api/admin${path}`;
      const request = new Request(`https://edge.example${whole}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: text }),
      });
      const response = await worker.fetch(
        request as Request<unknown, IncomingRequestCfProperties>,
        {
          ...env,
          API_TOKEN_SHA256: await sha256(token),
          ALLOWED_DESTINATIONS: 'https://jobs.example.com/*',
          ...bindings,
          ...variables,
        },
        context,
      );
      const answered = await response.text();
      await waitOnExecutionContext(context);
      (await described()).check(
        { method, pathname: new URL(request.url).pathname },
        {
          status: response.status,
          mediaType: response.headers.get('content-type'),
          body: answered,
        },
      );
      return {
        status: response.status,
        etag: response.headers.get('etag'),
        headers: response.headers,
        text: answered,
        body: answered === '' ? null : JSON.parse(answered),
      };
    },
    async put(document, note = '') {
      const { etag } = await admin.ask('GET', '/configuration');
      return admin.ask('PUT', `/configuration?note=${encodeURIComponent(note)}`, {
        body: document,
        headers: { 'if-match': etag ?? '' },
      });
    },
    useKv: (kv) =>
      runInDurableObject(stub, (instance) => {
        Object.assign(instance, { env: { ...env, SNAPSHOT: kv } });
      }),
  };
  return admin;
}

/** A KV that remembers what it took, in order. */
export function recordingKv(): { kv: Pick<KVNamespace, 'put'>; taken: { version: number }[] } {
  const taken: { version: number }[] = [];
  const kv = {
    put: (_key: string, value: string) => {
      taken.push(JSON.parse(value));
      return Promise.resolve();
    },
  } as Pick<KVNamespace, 'put'>;
  return { kv, taken };
}

export const routeTo = (...paths: string[]): { algorithm: string; destinations: string[] } => ({
  algorithm: paths.length === 1 ? 'pass-through' : 'broadcast',
  destinations: paths.map((path) => `https://jobs.example.com${path}`),
});

/** A whole document with these routes. */
export const withRoutes = (routes: object): object => ({ format: 1, routes });
