// The log source of a configuration. Composition only.
import { cloudWatchSource, type CloudWatchOptions } from './grafana-cloudwatch.ts';
import { elasticsearchSource, type ElasticsearchOptions } from './grafana-elasticsearch.ts';
import { grafanaLokiSource, type GrafanaLokiOptions } from './grafana-loki.ts';
import { type LogSource, noLogSource } from './log-source.ts';
import { lokiSource, type LokiOptions } from './loki-direct.ts';

export type SourceConfig =
  | ({ kind: 'grafana-loki' } & GrafanaLokiOptions)
  | ({ kind: 'grafana-elasticsearch' } & ElasticsearchOptions)
  | ({ kind: 'grafana-cloudwatch' } & Omit<CloudWatchOptions, 'wait' | 'now'>)
  | ({ kind: 'loki' } & LokiOptions);

export function sourceOf(
  config: SourceConfig | null,
  deps: Pick<CloudWatchOptions, 'wait' | 'now'>,
): LogSource {
  switch (config?.kind) {
    case undefined:
      return noLogSource;
    case 'grafana-loki':
      return grafanaLokiSource(config);
    case 'loki':
      return lokiSource(config);
    case 'grafana-elasticsearch':
      return elasticsearchSource(config);
    case 'grafana-cloudwatch':
      return cloudWatchSource({ ...config, ...deps });
  }
}
