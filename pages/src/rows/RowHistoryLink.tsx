// The way to the history of the row that something is about. Nothing where there is no row.
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';

export function RowHistoryLink(props: {
  of: {
    source: string;
    table: { schema: string; name: string } | null;
    rowKey: string | null;
  };
  className: string;
}): ReactElement | null {
  const { source, table, rowKey } = props.of;
  if (table === null || rowKey === null) return null;
  return (
    <Link
      to="/rows/$source/$schema/$table/$key"
      params={{ source, schema: table.schema, table: table.name, key: rowKey }}
      className={props.className}
    >
      Row history
    </Link>
  );
}
