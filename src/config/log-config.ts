// Which source the logs come from, and where in a line the correlation ID is: out of the Worker's variables. Pure.
import { z } from 'zod';

const address = z.union([z.literal(''), z.url({ protocol: /^https?$/ })]).default('');

/** A Loki label, or members of JSON with dots between: it becomes part of queries as it stands. */
const idName = z
  .string()
  .regex(/^[A-Za-z_@][\w@-]*(\.[A-Za-z_@][\w@-]*){0,5}$/, 'must be a name such as correlation_id')
  .default('correlation_id');
const fieldName = z.string().regex(/^[A-Za-z_@][\w@.-]*$/, 'must be the name of a field');

/** Members of the environment's schema. */
export const logVariables = {
  LOG_SOURCE: z
    .enum(['', 'grafana-loki', 'loki', 'grafana-elasticsearch', 'grafana-cloudwatch'])
    .default(''),
  LOG_ID_IN: z
    .enum(['structured_metadata', 'label', 'json', 'line'])
    .default('structured_metadata'),
  LOG_ID_NAME: idName,
  GRAFANA_URL: address,
  GRAFANA_PUBLIC_URL: address,
  GRAFANA_ORG_ID: z.string().regex(/^\d*$/, 'must be a number').default(''),
  GRAFANA_DATA_SOURCE_UID: z.string().default(''),
  GRAFANA_TOKEN: z.string().default(''),
  LOKI_SELECTOR: z
    .string()
    .regex(/^\{.+\}$/, 'must be a LogQL stream selector such as {service_name=~".+"}')
    .default('{service_name=~".+"}'),
  LOKI_URL: address,
  LOKI_TENANT: z.string().default(''),
  LOKI_USER: z.string().default(''),
  LOKI_PASSWORD: z.string().default(''),
  LOKI_TOKEN: z.string().default(''),
  ELASTICSEARCH_TIME_FIELD: fieldName.default('@timestamp'),
  ELASTICSEARCH_MESSAGE_FIELD: fieldName.default('message'),
  CLOUDWATCH_REGION: z.string().default('default'),
  CLOUDWATCH_LOG_GROUPS: z.string().default(''),
};

const variablesSchema = z.object(logVariables);
type LogVariables = z.infer<typeof variablesSchema>;

export type LogPlace = { in: 'structured_metadata' | 'label' | 'json' | 'line'; name: string };

type Grafana = {
  url: string;
  publicUrl: string;
  orgId: string;
  dataSourceUid: string;
  token: string;
};

/** Which source there is, with all it needs. */
export type LogConfig =
  | (Grafana & { kind: 'grafana-loki'; selector: string; place: LogPlace })
  | (Grafana & {
      kind: 'grafana-elasticsearch';
      timeField: string;
      messageField: string;
      place: LogPlace;
    })
  | (Grafana & {
      kind: 'grafana-cloudwatch';
      region: string;
      logGroups: string[];
      place: LogPlace;
    })
  | {
      kind: 'loki';
      url: string;
      tenant: string;
      user: string;
      password: string;
      token: string;
      selector: string;
      place: LogPlace;
    };

/** What is wrong with the variables together, by variable; empty where nothing is. */
export function problemsOf(env: LogVariables): { path: string; message: string }[] {
  const missing = (name: keyof LogVariables, why: string) =>
    env[name] ? [] : [{ path: name, message: `must be set, since LOG_SOURCE is ${why}` }];
  switch (env.LOG_SOURCE) {
    case '':
    case 'grafana-loki':
      break;
    case 'loki':
      return missing('LOKI_URL', 'loki');
    case 'grafana-elasticsearch':
      return missing('GRAFANA_URL', env.LOG_SOURCE);
    case 'grafana-cloudwatch':
      return [
        ...missing('GRAFANA_URL', env.LOG_SOURCE),
        ...missing('CLOUDWATCH_LOG_GROUPS', env.LOG_SOURCE),
      ];
  }
  const isMetadata = env.LOG_ID_IN === 'structured_metadata' || env.LOG_ID_IN === 'label';
  return isMetadata && !/^[A-Za-z_]\w*$/.test(env.LOG_ID_NAME)
    ? [{ path: 'LOG_ID_NAME', message: 'must be the name of a Loki label: letters, digits and _' }]
    : [];
}

/** Null where no source is configured. */
export function logConfigOf(env: LogVariables): LogConfig | null {
  const place = { in: env.LOG_ID_IN, name: env.LOG_ID_NAME };
  if (env.LOG_SOURCE === 'loki') {
    return {
      kind: 'loki',
      url: env.LOKI_URL,
      tenant: env.LOKI_TENANT,
      user: env.LOKI_USER,
      password: env.LOKI_PASSWORD,
      token: env.LOKI_TOKEN,
      selector: env.LOKI_SELECTOR,
      place,
    };
  }
  if (!env.GRAFANA_URL || !env.GRAFANA_DATA_SOURCE_UID) return null;
  const grafana = {
    url: env.GRAFANA_URL,
    publicUrl: env.GRAFANA_PUBLIC_URL,
    orgId: env.GRAFANA_ORG_ID,
    dataSourceUid: env.GRAFANA_DATA_SOURCE_UID,
    token: env.GRAFANA_TOKEN,
  };
  switch (env.LOG_SOURCE) {
    case '':
    case 'grafana-loki':
      return { kind: 'grafana-loki', ...grafana, selector: env.LOKI_SELECTOR, place };
    case 'grafana-elasticsearch':
      return {
        kind: 'grafana-elasticsearch',
        ...grafana,
        timeField: env.ELASTICSEARCH_TIME_FIELD,
        messageField: env.ELASTICSEARCH_MESSAGE_FIELD,
        place,
      };
    case 'grafana-cloudwatch':
      return {
        kind: 'grafana-cloudwatch',
        ...grafana,
        region: env.CLOUDWATCH_REGION,
        logGroups: env.CLOUDWATCH_LOG_GROUPS.split(',')
          .map((text) => text.trim())
          .filter(Boolean),
        place,
      };
  }
}
