// What of the things that Throughline depends on is well, in words: one badge each, with its reason where it is not. Pure.
import type { HealthView } from '../../../src/api/views.ts';
import type { Outcome, Tone } from '../words/outcome.ts';

export interface Health extends Outcome {
  name: string;
  /** What is wrong and what that means; null where nothing is. */
  detail: string | null;
  /** RFC 3339; null where that is not known. */
  since: string | null;
}

const well = (name: string): Health => ({
  name,
  tone: 'ok',
  word: 'well',
  detail: null,
  since: null,
});

function ill(
  name: string,
  told: { tone: Tone; word: string; detail: string; since: string | null },
): Health {
  return { name, ...told };
}

/** In the order of an event's way. */
export function healthsOf(view: HealthView): Health[] {
  return [engineOf(view), edgeOf(view), databaseOf(view), grafanaOf(view)];
}

function engineOf({ eventEngine }: HealthView): Health {
  const name = 'Hasura';
  if (eventEngine.state === 'ok') return well(name);
  return ill(name, {
    tone: eventEngine.state === 'behind' ? 'retry' : 'wait',
    word: eventEngine.state === 'behind' ? 'is behind' : 'not known',
    detail: eventEngine.detail,
    since: eventEngine.since,
  });
}

/** The edge works by a configuration: where that is not published, the edge is not what it should be. */
function edgeOf({ edge, configuration }: HealthView): Health {
  const name = 'Edge';
  if (edge.state === 'degraded') {
    const detail = edge.detail ?? 'It works by an old configuration.';
    return ill(name, { tone: 'fail', word: 'degraded', detail, since: null });
  }
  if (configuration.state === 'ok') return well(name);
  const word = configuration.state === 'behind' ? 'is behind' : 'works on';
  return ill(name, { tone: 'retry', word, detail: configuration.detail, since: null });
}

function databaseOf({ database }: HealthView): Health {
  const name = 'Database';
  if (database.state === 'ok') return well(name);
  return ill(name, { tone: 'fail', word: 'offline', detail: database.detail, since: null });
}

function grafanaOf({ grafana }: HealthView): Health {
  const name = 'Grafana';
  if (grafana.state === 'ok') return well(name);
  const { detail, since } = grafana;
  return grafana.reason === 'not_configured'
    ? ill(name, { tone: 'wait', word: 'not set up', detail, since: null })
    : ill(name, { tone: 'fail', word: 'offline, logs only', detail, since });
}
