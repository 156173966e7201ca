import { createHash } from 'node:crypto';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { createApi } from '../../../src/api/create-api.ts';
import { docsPage } from '../../../src/api/docs-page.ts';
import { describedRoutes, openApiDocument } from '../../../src/api/openapi-document.ts';
import { describedAnswers } from '../../support/described-answers.ts';
import { noAccess } from '../../support/no-access.ts';
import { noAdmin } from '../../support/no-admin.ts';
import { noCircuits } from '../../support/no-circuits.ts';

const none = (): never => {
  throw new Error('Nothing is asked here.');
};
const api = createApi({
  connect: none,
  logs: { read: none },
  retries: { enqueue: none },
  isAllowed: none,
  knownDestinations: none,
  replays: { wake: none },
  cancellations: { cancel: none, allow: none },
  bodies: { get: none },
  admin: noAdmin,
  circuits: noCircuits,
  access: noAccess,
  apiTokenSha256: null,
  now: none,
  report: none,
});
const routes = describedRoutes(api);
const document = JSON.parse(JSON.stringify(openApiDocument(routes))) as ReturnType<
  typeof openApiDocument
>;
const nameOf = ({ method, path }: { method: string; path: string }): string =>
  `${method.toUpperCase()} ${path}`;

describe('the page of it', () => {
  it('has everything, and nothing that its policy forbids', async () => {
    const { page, policy } = await docsPage(document);
    for (const route of routes) expect(page).toContain(route.path);
    expect(page).not.toMatch(
      /<script|<img|<link|<iframe| on\w+=| style=|https?:\/\/(?!\w+\.example)/,
    );
    const style = /<style>([\s\S]*?)<\/style>/.exec(page)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(policy).toContain(`default-src 'none'; style-src 'sha256-${hash}'`);
    expect(page).not.toContain('[object ');
    expect(page).not.toContain('undefined');
  });

  it('shows what a body is made of, and which members of it go together', async () => {
    const { page } = await docsPage(document);
    const [, restore = ''] = page.split('Restore discarded letters');
    expect(/<pre>([\s\S]*?)<\/pre>/.exec(restore)?.[1]).toMatch(
      /discardId\?: [\s\S]*deliveryIds\?: [\s\S]*either discardId or deliveryIds/,
    );
  });

  it('links only to what is there', async () => {
    const { page } = await docsPage(document);
    const ids = new Set([...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
    const links = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
    expect(links.filter((id) => !ids.has(id))).toEqual([]);
    expect(links.length).toBeGreaterThan(50);
  });
});

describe('a test that holds answers against it', () => {
  const answers = describedAnswers(document);
  const health = {
    database: { state: 'ok' },
    grafana: { state: 'ok' },
    eventEngine: { state: 'ok' },
    configuration: { state: 'ok', version: 1, publishedVersion: 1 },
    edge: { state: 'ok', version: 1, publishedAt: null, ageSeconds: null },
  };
  const answer = (body: unknown, status = 200, mediaType = 'application/json') => {
    answers.check(
      { method: 'GET', pathname: '/api/health' },
      { status, mediaType, body: JSON.stringify(body) },
    );
  };

  it('passes what is described', () => {
    expect(() => answer(health)).not.toThrow();
  });

  it.each([
    ['a member that is not described', { ...health, more: 1 }, 200, 'application/json'],
    ['a member that is missing', { ...health, grafana: undefined }, 200, 'application/json'],
    ['another type', { ...health, database: 'ok' }, 200, 'application/json'],
    ['a status that is not described', health, 202, 'application/json'],
    ['another media type', health, 200, 'text/plain'],
    ['an error that is no problem', { error: 'no' }, 500, 'application/problem+json'],
    [
      'a problem that is not of this endpoint',
      { type: 'urn:throughline:problem:queue_unreachable', title: '', status: 500, detail: '' },
      500,
      'application/problem+json',
    ],
  ])('fails at %s', (_what, body, status, mediaType) => {
    expect(() => answer(body, status, mediaType)).toThrow(/described/);
  });
});

describe('the API’s description', () => {
  it('is valid OpenAPI 3.1', async () => {
    expect(document.openapi).toBe('3.1.1');
    const { valid, errors } = await new Validator().validate({ ...structuredClone(document) });
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
  });

  it('has every route: one that has no endpoint() is not described, and checks nothing', () => {
    const all = new Set(
      api.routes
        .filter(({ method }) => method !== 'ALL')
        .map(({ method, path }) =>
          nameOf({ method, path: path.replaceAll(/:(\w+)/g, '{$1}').replace(/(.)\/$/, '$1') }),
        ),
    );
    expect(new Set(routes.map(nameOf))).toEqual(all);
    expect(all.size).toBeGreaterThan(50);
  });

  it('has an example of every body and of every part of a path, and each is taken', () => {
    for (const { method, path, operation } of routes) {
      const { json, example, param } = operation;
      const taken = json?.safeParse(example);
      expect(taken?.error, nameOf({ method, path })).toBeUndefined();
      for (const [name, schema] of Object.entries(param?.shape ?? {})) {
        const given = (schema as z.ZodType).meta()?.['example'];
        expect(param?.shape[name]?.safeParse(given).error, `${path} ${name}`).toBeUndefined();
      }
    }
  });

  it('names the role that each asks for', () => {
    expect(routes.filter(({ role }) => role === null).map(nameOf)).toEqual([]);
  });

  it('names each parameter of a path, and every operation once', () => {
    const ids = new Set<string>();
    for (const { method, path } of routes) {
      const operation = Reflect.get(document.paths?.[path] ?? {}, method) as {
        operationId: string;
        parameters?: { in: string; name: string; required?: boolean }[];
      };
      ids.add(operation.operationId);
      const inPath = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
      expect(inPath.map(({ name }) => `{${name}}`)).toEqual(path.match(/\{\w+\}/g) ?? []);
      expect(inPath.every(({ required }) => required === true)).toBe(true);
    }
    expect(ids.size).toBe(routes.length);
  });
});
