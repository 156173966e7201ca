// Reads a JSON body. Says what is wrong with it, and where the JSON breaks off; its shape is not checked here.
import { maxDocumentBytes } from '../config/read-document.ts';
import { messageOf } from '../error-message.ts';
import { ApiProblem, invalid } from './problem.ts';

/** A configuration, the largest there is, may be written with blanks and line ends, which do not count in the end. */
const maxBodyBytes = 4 * maxDocumentBytes;

/**
 * Another content type is refused, which also keeps a form on a foreign page from sending anything; and so is a body that is
 * compressed, which nobody here unpacks.
 * @throws ApiProblem 400, 413, 415
 */
export async function readJson(request: Request): Promise<unknown> {
  const type = request.headers.get('content-type');
  if (request.body && !/^application\/json *(?:;|$)/i.test(type ?? '')) {
    const had = type === null ? 'none is named' : `this is ${type.slice(0, 100)}`;
    throw new ApiProblem(
      'unsupported_media_type',
      `A body must be Content-Type: application/json; ${had}.`,
      { headers: { accept: 'application/json' } },
    );
  }
  const encoding = request.headers.get('content-encoding');
  if (request.body && encoding !== null && !/^(?:identity)?$/i.test(encoding.trim())) {
    throw new ApiProblem(
      'unsupported_media_type',
      `A body is read as it is: send it without Content-Encoding; this is ${encoding.slice(0, 100)}.`,
      // As RFC 9110 §15.5.16 tells which ones are taken.
      { headers: { 'accept-encoding': 'identity' } },
    );
  }
  return parse(await readText(request));
}

async function readText(request: Request): Promise<string> {
  if (!request.body) return '';
  // A byte order mark is no part of JSON (RFC 8259 §8.1): one is left out, as the decoder does.
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });
  let text = '';
  let bytes = 0;
  for await (const chunk of request.body) {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) {
      throw new ApiProblem('body_too_large', `At most ${maxBodyBytes} bytes are read.`);
    }
    text += decode(decoder, chunk);
  }
  return text + decode(decoder);
}

/** A name with something else in the place of what was meant would find other things. @param chunk left out: it is the end */
function decode(decoder: TextDecoder, chunk?: Uint8Array): string {
  try {
    return decoder.decode(chunk, { stream: chunk !== undefined });
  } catch {
    throw invalid([{ in: 'json', name: 'body', message: 'is no UTF-8: send JSON as UTF-8' }]);
  }
}

function parse(text: string): unknown {
  if (text === '') {
    throw invalid([{ in: 'json', name: 'body', message: 'is missing: send JSON' }]);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalid([{ in: 'json', name: 'body', message: `is no JSON: ${messageOf(error)}` }]);
  }
}
