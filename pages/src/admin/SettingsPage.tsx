// What holds for every route: retries, limits, what is left out of storage, who is told of what.
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { ProblemNotice } from '../ui/Notice.tsx';
import { Card, RowsSkeleton } from '../ui/Page.tsx';
import { AdminPage } from './AdminPage.tsx';
import { settingsQuery } from './queries.ts';
import { SettingsEditor } from './SettingsEditor.tsx';

export function SettingsPage(): ReactElement {
  const query = useQuery(settingsQuery);
  const { data } = query;
  return (
    <AdminPage title="Settings">
      {query.isPending && (
        <Card title="Retries">
          <RowsSkeleton rows={6} what="the settings" />
        </Card>
      )}
      {query.isError && data === undefined && (
        <ProblemNotice error={query.error} what="Settings" onRetry={() => void query.refetch()} />
      )}
      {data !== undefined && (
        <SettingsEditor
          read={{ part: data.body.settings, etag: data.etag }}
          builtIn={data.body.builtIn}
        />
      )}
    </AdminPage>
  );
}
