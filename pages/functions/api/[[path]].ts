// Hands every request under /api/ to the Worker unchanged. Decides nothing: the Worker checks the token.

interface Bindings {
  /** The service binding to the Worker `throughline`. */
  WORKER: { fetch(request: Request): Promise<Response> };
}

interface FunctionContext {
  request: Request;
  env: Bindings;
}

/** Answers with whatever the Worker answers, status and headers included. */
export function onRequest(context: FunctionContext): Promise<Response> {
  return context.env.WORKER.fetch(context.request);
}
