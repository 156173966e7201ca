// What admins did, in words. Pure; an action that is not known here is told by its own name.
import type { VersionPage } from '../../../src/api/admin/views.ts';

type Action = Pick<VersionPage['versions'][number], 'action' | 'subject'>;
type Who = Pick<VersionPage['versions'][number], 'name' | 'onBehalfOf'>;

const sentences: Record<string, (subject: string) => string> = {
  'route.put': (name) => `Stored the route ${name}`,
  'route.delete': (name) => `Deleted the route ${name}`,
  'destination.put': (url) => `Described the destination ${url}`,
  'destination.delete': (url) => `Forgot the destination ${url}`,
  'allowlist.put': () => 'Changed the allowlist',
  'settings.put': () => 'Changed the settings',
  'key.create': (id) => `Made the key ${id}`,
  'key.rotate': (ids) => `Rotated the key ${ids}`,
  'key.revoke': (id) => `Revoked the key ${id}`,
  'configuration.put': () => 'Replaced the whole configuration',
  'configuration.rollback': (to) => `Went back ${to}`,
  'configuration.export': (what) => `Exported the configuration ${what}`,
  'token.create': (id) => `Made the API token ${id}`,
  'token.revoke': (id) => `Revoked the API token ${id}`,
  'dead_letter.replay': (id) => `Replayed the delivery ${id}`,
  'delivery.cancel': (id) => `Cancelled the delivery ${id}`,
  'delivery.rerun': (id) => `Sent the delivery ${id} again`,
  'replay_run.start': () => 'Began a replay run',
  'replay_run.pause': (id) => `Paused the replay run ${id}`,
  'replay_run.continue': (id) => `Continued the replay run ${id}`,
  'replay_run.cancel': (id) => `Cancelled the replay run ${id}`,
  'circuit.close': (id) => `Closed the circuit ${id}`,
  'circuit.enable': (id) => `Enabled the destination of the circuit ${id}`,
  'stop.set': (id) => `Stopped a trigger in its trace: ${id}`,
  'stop.release': (id) => `Released the stop ${id}`,
  'stop.discard': (id) => `Discarded what the stop ${id} kept`,
  unmask: (path) => `Looked behind the marks of ${path}`,
  'signed_url.create': (id) => `Signed a URL with ${id}`,
};

export function actionText({ action, subject }: Action): string {
  const say = Object.hasOwn(sentences, action) ? sentences[action] : undefined;
  return say === undefined
    ? [action, subject].filter(Boolean).join(' ')
    : say(subject ?? '').trim();
}

/** "dana@example.com by api-token": what somebody says of themselves stands beside what is verified. */
export function whoText({ name, onBehalfOf }: Who): string {
  const verified = name === '' ? 'nobody' : name;
  return onBehalfOf === null ? verified : `${onBehalfOf} by ${verified}`;
}

/** A part of the configuration on one line; what is not set in it is left out. */
export function shownValue(value: unknown): string {
  if (value === null || value === undefined) return 'not set';
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) {
    return value.length === 0 ? 'none' : value.map((item: unknown) => shownValue(item)).join(', ');
  }
  if (typeof value !== 'object') return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, member]: [string, unknown]) => member !== null)
    .map(([name, member]: [string, unknown]) =>
      typeof member === 'object' && !Array.isArray(member)
        ? `${name} { ${shownValue(member)} }`
        : `${name}: ${shownValue(member)}`,
    );
  return members.length === 0 ? 'empty' : members.join(' · ');
}
