const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether it is a UUID as PostgreSQL takes one; what is none is the id of nothing. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}
