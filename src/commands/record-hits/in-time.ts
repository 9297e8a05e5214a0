/** How long a request waits for the database: one that is stopped, and not gone, answers never. */
export const ANSWER_MS = 10_000;

/** The promise, or a rejection once `ms` have passed. What it stands for goes on, and is ignored. */
export async function inTime<T>(promise: Promise<T>, ms: number): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`no answer within ${ms} ms`)), Math.max(0, ms));
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
