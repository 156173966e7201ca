// Ways in which a Grafana fails, to be switched on and off in the stand-in: so that one can see what the dashboard makes
// of each.
import type { ServerResponse } from 'node:http';

export const faults = [
  'refused-token',
  'forbidden',
  'no-data-source',
  'too-many-requests',
  'bad-gateway',
  'login-page',
  'cut',
  'slow',
] as const;
export type Fault = (typeof faults)[number];

const page = '<!DOCTYPE html><html><head><title>Grafana</title></head><body>Log in</body></html>';

/** Answers as the fault says. `slow` never does. */
export function answerFault(fault: Fault, response: ServerResponse): void {
  const json = (status: number, body: unknown, headers: Record<string, string> = {}): void => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
  switch (fault) {
    case 'refused-token':
      return json(401, { message: 'Invalid API key', statusCode: 401 });
    case 'forbidden':
      return json(403, { message: 'You will need additional permissions: datasources:query' });
    case 'no-data-source':
      return json(404, { message: 'Unable to find datasource' });
    case 'too-many-requests':
      return json(429, { message: 'Too many requests' }, { 'retry-after': '2' });
    case 'bad-gateway':
      return json(502, { message: 'Bad Gateway' });
    case 'login-page':
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end(page);
      return;
    case 'cut':
      return json(200, '{"status":"success","data":{"resultType":"streams","result":[{"stre');
    case 'slow':
      return;
  }
}
