import { STATUS_CODES } from 'node:http';
import type { FieldError } from '../../platform/errors.ts';

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** RFC 9457. */
export interface Problem {
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** Which of the reasons that a status has, such as `view_suspended`. */
  readonly code?: string;
  /** A JSON pointer and what would be right, a bad field each. */
  readonly errors?: readonly FieldError[];
}

export function problemOf(status: number, detail: string, errors: readonly FieldError[] = []): Problem {
  // Node still has the name of before RFC 9110.
  const title = status === 413 ? 'Content Too Large' : (STATUS_CODES[status] ?? 'Error');
  return { type: 'about:blank', title, status, detail, ...(errors.length > 0 && { errors }) };
}
