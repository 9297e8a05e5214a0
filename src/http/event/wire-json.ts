import { isUtf8 } from 'node:buffer';
import { isDeep, MAX_DEPTH } from '../problem/json-depth.ts';

/** One fault, the first that was found. `pointer` is a JSON pointer into the body; empty: the body as a whole. */
export interface WireFault {
  readonly ok: false;
  readonly status: 400;
  readonly pointer: string;
  readonly detail: string;
}

export type WireObject =
  | { readonly ok: true; readonly object: Readonly<Record<string, unknown>> }
  | WireFault;

/** Reads a body that is to be one JSON object. Never throws. */
export function readObject(bytes: Uint8Array): WireObject {
  if (!isUtf8(bytes)) return fault('', 'must be UTF-8');
  if (isDeep(bytes)) return fault('', `must not be nested deeper than ${MAX_DEPTH} levels`);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text);
  } catch {
    return fault('', 'must be JSON'); // V8's message quotes the body
  }
  return asObject(value);
}

export function asObject(value: unknown): WireObject {
  if (!isObject(value)) return fault('', 'must be a JSON object');
  return { ok: true, object: value };
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function fault(pointer: string, detail: string): WireFault {
  return { ok: false, status: 400, pointer, detail };
}

/** RFC 6901. */
export function escapePointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
