// Which role each path of the API asks for, and what is written down of it: the one table. What stands in none of its
// lines is answered to nobody.
import type { Role } from '../../config/access.ts';

export type Permission = {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** As the router has it. */
  path: string;
  role: Role;
  /**
   * Of an action: its name in the audit. `own`: whatever does it writes it down itself, together with the change.
   * `none`: it changes nothing.
   */
  audit: string;
};

type Line = [method: Permission['method'], path: string, audit?: string];

const viewer: Line[] = [
  ['GET', '/api/me'],
  ['GET', '/api/edge'],
  ['GET', '/api/edge/versions'],
  ['GET', '/api/overview'],
  ['GET', '/api/statistics'],
  ['GET', '/api/jobs'],
  ['GET', '/api/jobs/:source/:job'],
  ['GET', '/api/jobs/:source/:job/usual'],
  ['GET', '/api/jobs/:source/:job/waiting'],
  ['GET', '/api/destinations'],
  ['GET', '/api/traces'],
  ['GET', '/api/traces/:id'],
  ['GET', '/api/traces/:id/logs'],
  ['GET', '/api/search'],
  ['GET', '/api/events/:id'],
  ['GET', '/api/events/:id/payload'],
  ['GET', '/api/events/:id/logs'],
  ['GET', '/api/deliveries/:id/logs'],
  ['GET', '/api/dead-letters'],
  ['GET', '/api/dead-letters/groups'],
  ['GET', '/api/dead-letters/:deliveryId'],
  ['GET', '/api/coverage'],
  ['GET', '/api/coverage/logs'],
  ['GET', '/api/replays'],
  ['GET', '/api/replays/:id'],
  ['POST', '/api/replays/count', 'none'],
  ['GET', '/api/loops'],
  ['GET', '/api/stops'],
  ['GET', '/api/rows/:source/:schema/:table/:key'],
  ['GET', '/api/circuits'],
  ['GET', '/api/refusals'],
  ['GET', '/api/health'],
  ['GET', '/api/live'],
  ['GET', '/api/openapi.json'],
  ['GET', '/api/docs'],
];

const operator: Line[] = [
  ['POST', '/api/dead-letters/:deliveryId/replay', 'dead_letter.replay'],
  ['POST', '/api/dead-letters/discard', 'own'],
  ['POST', '/api/dead-letters/restore', 'own'],
  ['POST', '/api/deliveries/:id/cancel', 'delivery.cancel'],
  ['POST', '/api/deliveries/:id/rerun', 'delivery.rerun'],
  ['POST', '/api/jobs/:source/:job/waiting/cancel', 'job.cancel_waiting'],
  ['POST', '/api/replays', 'replay_run.start'],
  ['POST', '/api/replays/:id/:command', 'replay_run.:command'],
  ['POST', '/api/stops', 'own'],
  ['POST', '/api/stops/:id/release', 'own'],
  ['POST', '/api/stops/:id/discard', 'own'],
  ['POST', '/api/circuits/:id/close', 'circuit.close'],
  ['POST', '/api/circuits/:id/enable', 'circuit.enable'],
];

const admin: Line[] = [
  ['GET', '/api/admin/configuration'],
  ['PUT', '/api/admin/configuration', 'own'],
  ['POST', '/api/admin/configuration/diff', 'none'],
  ['GET', '/api/admin/configuration/export', 'own'],
  ['GET', '/api/admin/routes'],
  ['GET', '/api/admin/routes/:name'],
  ['PUT', '/api/admin/routes/:name', 'own'],
  ['DELETE', '/api/admin/routes/:name', 'own'],
  ['GET', '/api/admin/destinations'],
  ['GET', '/api/admin/destinations/:url'],
  ['PUT', '/api/admin/destinations/:url', 'own'],
  ['DELETE', '/api/admin/destinations/:url', 'own'],
  ['GET', '/api/admin/allowlist'],
  ['PUT', '/api/admin/allowlist', 'own'],
  ['GET', '/api/admin/keys'],
  ['POST', '/api/admin/keys', 'own'],
  ['POST', '/api/admin/keys/:id/rotate', 'own'],
  ['DELETE', '/api/admin/keys/:id', 'own'],
  ['GET', '/api/admin/tokens'],
  ['POST', '/api/admin/tokens', 'own'],
  ['DELETE', '/api/admin/tokens/:id', 'own'],
  ['POST', '/api/admin/signed-urls', 'own'],
  ['POST', '/api/admin/dry-runs', 'none'],
  ['POST', '/api/admin/test-sends', 'test.send'],
  ['GET', '/api/admin/rotations/:rotation'],
  ['POST', '/api/admin/rotations/:rotation/reset', 'rotation.reset'],
  ['GET', '/api/admin/settings'],
  ['PUT', '/api/admin/settings', 'own'],
  ['GET', '/api/admin/versions'],
  ['GET', '/api/admin/versions/:version'],
  ['GET', '/api/admin/versions/:version/diff'],
  ['POST', '/api/admin/versions/:version/rollback', 'own'],
  ['GET', '/api/admin/audit'],
];

const asked = (role: Role, lines: readonly Line[]): Permission[] =>
  lines.map(([method, path, audit = 'none']) => ({ method, path, role, audit }));

export const permissions: readonly Permission[] = [
  ...asked('viewer', viewer),
  ...asked('operator', operator),
  ...asked('admin', admin),
];

const byRoute = new Map(permissions.map((line) => [`${line.method} ${line.path}`, line]));

/** Null where the table has no such line. HEAD is GET without its body. @param path as the router has it */
export function permissionFor(method: string, path: string): Permission | null {
  return byRoute.get(`${method === 'HEAD' ? 'GET' : method} ${path}`) ?? null;
}
