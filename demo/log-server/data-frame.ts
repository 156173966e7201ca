// A data frame as Grafana's query endpoint writes it (github.com/grafana/grafana-plugin-sdk-go data/frame_json.go):
// a schema, and the values column by column. Pure.

export type Column = {
  name: string;
  type: 'time' | 'string' | 'number' | 'boolean' | 'other';
  values: unknown[];
  config?: Record<string, unknown>;
};

const goTypes: Record<Column['type'], string> = {
  time: 'time.Time',
  string: 'string',
  number: 'float64',
  boolean: 'bool',
  other: 'json.RawMessage',
};

export function frame(about: {
  name?: string;
  refId: string;
  meta: Record<string, unknown>;
  columns: readonly Column[];
}): unknown {
  return {
    schema: {
      ...(about.name === undefined ? {} : { name: about.name }),
      refId: about.refId,
      meta: { typeVersion: [0, 0], ...about.meta },
      fields: about.columns.map(({ name, type, config }) => ({
        name,
        type,
        typeInfo: { frame: goTypes[type], nullable: true },
        ...(config === undefined ? {} : { config }),
      })),
    },
    data: { values: about.columns.map(({ values }) => values) },
  };
}
