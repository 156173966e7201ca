// Saves what the list finds as a file for spreadsheets, read page by page as the list is: masked as the reader sees it.
import { DownloadSimpleIcon } from '@phosphor-icons/react/DownloadSimple';
import { useMutation } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { listDeadLetters } from '../api/client.ts';
import { failureText } from '../api/http.ts';
import { csvOf } from './csv.ts';
import { narrowed, queryOf, type DeadSearch } from './filters.ts';
import type { DeadLetter } from './words.ts';

const most = 10_000;

async function readAll(search: DeadSearch): Promise<{ letters: DeadLetter[]; isWhole: boolean }> {
  const query = queryOf(narrowed(search), Date.now());
  const letters: DeadLetter[] = [];
  let cursor: string | null = null;
  do {
    const page = await listDeadLetters(query, { cursor, limit: 100 });
    letters.push(...page.deadLetters);
    cursor = page.nextCursor;
  } while (cursor !== null && letters.length < most);
  return { letters, isWhole: cursor === null };
}

function save(text: string, name: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

export function ExportCsv({ search }: { search: DeadSearch }): ReactElement {
  const work = useMutation({
    mutationFn: async () => {
      const found = await readAll(search);
      save(csvOf(found.letters), `dead-letters-${new Date().toISOString().slice(0, 10)}.csv`);
      return found;
    },
  });
  const { data } = work;
  return (
    <>
      <output className="text-[12px] text-sub">
        {work.isError && `Not exported: ${failureText(work.error)}`}
        {data !== undefined &&
          (data.isWhole
            ? ''
            : `The latest ${data.letters.length.toLocaleString('en')} are in the file.`)}
      </output>
      <button type="button" className="btn" disabled={work.isPending} onClick={() => work.mutate()}>
        <DownloadSimpleIcon size={14} />
        {work.isPending ? 'Exporting…' : 'Export CSV'}
      </button>
    </>
  );
}
