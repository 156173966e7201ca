// Composition only: token, queries, router, root.
import './ahead.ts';
import { notifyManager, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queryClient } from './api/queries.ts';
import { followOtherTabs } from './api/session.ts';
import { subscribeToken } from './api/token.ts';
import { followLive } from './live/live.ts';
import { router } from './router.tsx';
import './styles.css';

// What one reader was allowed to see must not outlive their token.
subscribeToken(() => queryClient.clear());
followOtherTabs();
followLive(queryClient);
// Before the next key or click is heard, which may be waiting already: a button that is busy is off by then.
notifyManager.setScheduler(queueMicrotask);

const element = document.getElementById('root');
if (element === null) throw new Error('index.html has no #root');
createRoot(element).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
