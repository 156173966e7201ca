import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/config/config.ts';

const grafana = { GRAFANA_URL: 'https://g.example.com', GRAFANA_DATA_SOURCE_UID: 'u' };

describe('where logs come from', () => {
  it('is Loki through Grafana by default, the ID in structured metadata', () => {
    expect(parseConfig(grafana).logs).toMatchObject({
      kind: 'grafana-loki',
      dataSourceUid: 'u',
      selector: '{service_name=~".+"}',
      place: { in: 'structured_metadata', name: 'correlation_id' },
    });
  });

  it('is nowhere while nothing is set', () => {
    expect(parseConfig({}).logs).toBeNull();
  });

  it.each([
    [{ LOG_SOURCE: 'loki', LOKI_URL: 'https://l.example.com', LOKI_TENANT: 't' }, 'loki'],
    [{ ...grafana, LOG_SOURCE: 'grafana-elasticsearch' }, 'grafana-elasticsearch'],
    [
      { ...grafana, LOG_SOURCE: 'grafana-cloudwatch', CLOUDWATCH_LOG_GROUPS: '/a, /b' },
      'grafana-cloudwatch',
    ],
  ])('can be another source: %o', (env, kind) => {
    expect(parseConfig(env).logs?.kind).toBe(kind);
  });

  it.each([
    [{ LOG_SOURCE: 'loki' }, 'LOKI_URL'],
    [{ LOG_SOURCE: 'grafana-elasticsearch' }, 'GRAFANA_URL'],
    [{ ...grafana, LOG_SOURCE: 'grafana-cloudwatch' }, 'CLOUDWATCH_LOG_GROUPS'],
    [{ LOG_SOURCE: 'splunk' }, 'LOG_SOURCE'],
    [{ LOG_ID_NAME: 'id" or 1=1' }, 'LOG_ID_NAME'],
    [{ LOG_ID_NAME: 'ctx.id' }, 'LOG_ID_NAME'],
    [{ LOKI_SELECTOR: 'service_name' }, 'LOKI_SELECTOR'],
  ])('says which variable is wrong in %o', (env, variable) => {
    expect(() => parseConfig(env)).toThrow(variable);
  });

  it('takes a member of a member for the ID in JSON', () => {
    const { logs } = parseConfig({ ...grafana, LOG_ID_IN: 'json', LOG_ID_NAME: 'ctx.id' });
    expect(logs?.place).toEqual({ in: 'json', name: 'ctx.id' });
  });
});
