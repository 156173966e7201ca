// Asks for the edge's address where the server does not say it. Kept in this browser.
import type { ReactElement } from 'react';
import { typedEdge } from '../api/edge.ts';
import { TextField } from './Field.tsx';

export function EdgeAddress(): ReactElement {
  return (
    <TextField
      label="The edge’s address"
      mono
      value={typedEdge.use()}
      onChange={typedEdge.write}
      placeholder="https://throughline.example.workers.dev"
      hint="where the Worker is; kept in this browser. The variable EDGE_URL says it to everybody"
    />
  );
}
