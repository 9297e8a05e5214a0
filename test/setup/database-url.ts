/** The same server and user, another database. */
export function urlOf(url: string, database: string): string {
  const [, server = '', query = ''] = /^([a-z]+:\/\/[^/?]*)\/?[^?]*(\?.*)?$/.exec(url) ?? [];
  return `${server}/${database}${query}`;
}
