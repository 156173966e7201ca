// The one door of the API: who asks, what that path needs, whether they may, and what is written down of it. Which path
// needs which role is the table's to say.
import type { Context, MiddlewareHandler, Next } from 'hono';
import { matchedRoutes } from 'hono/route';
import { mayActAs, type Role } from '../../config/access.ts';
import type { ApiDeps } from '../deps.ts';
import type { ApiEnv } from '../env.ts';
import { ApiProblem } from '../problem.ts';
import { authenticate, type Caller, masksAnything, roleNow } from './authenticate.ts';
import { isForeign, isUntypedBody } from './foreign-request.ts';
import { forNobodyToKeep, maskJson, maskResponse } from './mask.ts';
import { type Permission, permissionFor } from './permissions.ts';
import * as refusal from './refusals.ts';
import { writtenDown } from './written-down.ts';

/** Asked for with `?unmask=true`, by these and those above them. */
export const unmaskRole: Role = 'operator';

type GuardDeps = Pick<ApiDeps, 'access' | 'apiTokenSha256' | 'now' | 'report'>;

/** Refuses with 401 who is nobody, with 403 who may not, with 404 what is in no line of the table. */
export function guard(deps: GuardDeps): MiddlewareHandler<ApiEnv> {
  return async (context, next) => {
    const caller = await authenticate(context.req.raw.headers, deps);
    const needed = permissionOf(context);
    // What stands in no line of the table is there for nobody.
    if (!needed) {
      context.res = await context.notFound();
      return;
    }
    const isUnmasked = context.req.query('unmask') === 'true';
    const acts = !/^(?:GET|HEAD)$/.test(context.req.method);
    if (caller.by.how === 'access') refuseForeign(context.req.raw, acts || isUnmasked);
    const role = await checkRole(caller, needed.role, acts || isUnmasked, deps);
    const { access: rules, maskKey } = await deps.access.config();
    const isMasked = masksAnything(rules) && !isUnmasked && needed.role !== 'admin';
    context.set('who', caller.who);
    context.set('caller', { ...caller, role });
    const isOpen = !isMasked || needed.path === '/api/me';
    context.set('mask', isOpen ? null : (value) => maskJson(value, rules.masking, maskKey));
    if (isUnmasked && masksAnything(rules)) await noteUnmasking(context, role, deps);
    if (needed.audit === 'none' || needed.audit === 'own') await next();
    else await audited(context, next, needed, deps);
    if (isOpen) return;
    const shown = context.get('isMasked')
      ? forNobodyToKeep(context.res)
      : await maskResponse(context.res, rules.masking, maskKey);
    // Otherwise Hono keeps the headers of the answer before.
    context.res = undefined;
    context.res = shown;
  };
}

/** Of all routes that could answer, the one that asks for most; null where one is in no line of the table. */
function permissionOf(context: Context<ApiEnv>): Permission | null {
  const { method } = context.req;
  const paths = new Set(
    matchedRoutes(context)
      .filter((route) => route.method !== 'ALL')
      .map((route) => route.path),
  );
  const lines = [...paths].map((one) => permissionFor(method, one));
  const [first, ...others] = lines;
  if (!first || others.includes(null)) return null;
  return others.reduce<Permission>(
    (most, line) => (line && !mayActAs(most.role, line.role) ? { ...most, role: line.role } : most),
    first,
  );
}

/** @throws ApiProblem 403, 415 */
function refuseForeign(request: Request, acts: boolean): void {
  const isUpgrade = request.headers.get('upgrade')?.toLowerCase() === 'websocket';
  if (!acts && !isUpgrade) return;
  if (isForeign(request)) throw refusal.foreignOrigin();
  if (isUntypedBody(request)) throw refusal.jsonNeeded();
}

/**
 * Reading goes by what is published. Acting, and where the role is not enough, asks what is stored now.
 * @throws ApiProblem 403
 */
async function checkRole(
  caller: Caller,
  needed: Role,
  acts: boolean,
  deps: GuardDeps,
): Promise<Role> {
  const { shared } = deps.access;
  const { name } = caller.who;
  const isEnough = (role: Role | null): boolean => role !== null && mayActAs(role, needed);
  const known = isEnough(caller.role)
    ? caller.role
    : (shared.roles.get(name, deps.now()) ?? caller.role);
  // Whoever lacks a role asks again each second: not each time at the one object that knows.
  const isFresh = acts || (!isEnough(known) && shared.mayLookUp('role', deps.now()));
  const role = isFresh ? await roleNow(caller, deps) : known;
  if (isFresh && role !== null) shared.roles.set(name, role, deps.now());
  if (role === null) throw refusal.noRole(caller.who.name);
  if (!mayActAs(role, needed)) throw refusal.roleNeeded(needed, role);
  return role;
}

/** @throws ApiProblem 403, 503 where it cannot be written down: then nothing is shown */
async function noteUnmasking(
  context: Context<ApiEnv>,
  role: Role,
  { access, now }: GuardDeps,
): Promise<void> {
  if (!mayActAs(role, unmaskRole)) throw refusal.roleNeeded(unmaskRole, role);
  const { name, onBehalfOf } = context.get('who');
  const key = `unmask ${name} ${onBehalfOf} ${context.req.path}`;
  // A page asks again each second: that is one look.
  if (access.shared.wasNoted(key, now())) return;
  const action = { name, onBehalfOf, action: 'unmask', subject: context.req.path, note: '' };
  await access.store.endAction(await access.store.beginAction(action), 'applied', null);
  access.shared.noted(key, now());
}

/** What the table gives a name is written down here, and what came of it is seen from the answer. */
async function audited(
  context: Context<ApiEnv>,
  next: Next,
  { audit, path }: Permission,
  { access, report }: GuardDeps,
): Promise<void> {
  const parameters = parametersOf(path, context.req.path);
  const action = {
    ...context.get('who'),
    action: audit.replace(/:(\w+)/g, (_all, name: string) => parameters[name] ?? ''),
    subject:
      parameters['id'] ??
      parameters['deliveryId'] ??
      parameters['rotation'] ??
      parameters['job'] ??
      null,
    note: '',
  };
  await writtenDown(action, { access, report }, async () => {
    await next();
    const { error, res } = context;
    if (res.status < 400) return { outcome: 'applied', detail: res.headers.get('location') };
    const detail = error instanceof ApiProblem ? error.reason : `HTTP ${res.status}`;
    return { outcome: 'refused', detail };
  });
}

/** As they stand in the path, 100 characters of each. */
function parametersOf(pattern: string, path: string): Record<string, string> {
  const given = path.split('/');
  return Object.fromEntries(
    pattern
      .split('/')
      .flatMap((part, index) =>
        part.startsWith(':') ? [[part.slice(1), (given[index] ?? '').slice(0, 100)]] : [],
      ),
  );
}
