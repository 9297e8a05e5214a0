/** Whoever asks, in the order of the columns below. */
export const ASKERS = [
  'nobody', // no identity at all
  'spoofed', // an admin's Remote-User and Remote-Groups, from a peer that is no trusted proxy
  'others', // a user whom the proxy names, of a group that has no folder of ours
  'reader', // a key of the scope stats:read, limited in nothing else
  'elsewhere', // an admin's key that is limited to another site
  'expired', // an admin's key whose time is over
  'revoked', // a session that was an admin's
  'admin',
] as const;
export type AskerName = (typeof ASKERS)[number];

export interface Row {
  /** As Fastify prints it. `HEAD` beside a `GET` is tried with it. */
  readonly route: string;
  /** Of the status for each asker; the admin comes last, who alone may change what the row is about. */
  readonly statuses: readonly number[];
  /** About a public site. */
  readonly isPublic: boolean;
  readonly more: More;
}

export interface More {
  /** What stands at the `*`. */
  readonly path?: string;
  /** What follows the path: `?a=b`. */
  readonly query?: string;
  /** With the ids of what was made for this row. */
  readonly body?: (made: Made) => unknown;
  readonly headers?: (made: Made) => Record<string, string>;
}

/** What is there for a row, of its own, in nobody's account: of the site only admins and readers know. */
export interface Made {
  readonly site: { readonly id: string; readonly domain: string };
  readonly folder: string;
  readonly key: string;
  readonly alert: string;
}

const row = (route: string, statuses: string, more: More = {}, isPublic = false): Row => ({
  route,
  statuses: statuses.trim().split(/\s+/).map(Number),
  isPublic,
  more,
});
const ofPublicSite = (route: string, statuses: string, more: More = {}): Row => row(route, statuses, more, true);

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const hit: More = {
  headers: ({ site }) => ({ origin: `https://${site.domain}`, 'user-agent': FIREFOX }),
  body: ({ site }) => ({ u: `https://${site.domain}/` }),
};
const umami: More = {
  ...hit,
  body: ({ site }) => ({ type: 'event', payload: { website: site.id, hostname: site.domain, url: '/' } }),
};
export const alert = { metric: 'visitors', operator: 'lt', threshold: 1, email: 'ann@example.com' };
const unique = (): string => `${Math.random().toString(36).slice(2)}.example`;

/** Every route that runs. A spec fails for one that is not here, and for a row whose route does not run. */
export const ROWS: readonly Row[] = [
  // prettier-ignore
  ...[
  //                                         nobody spoofed others reader elsewhere expired revoked admin
  row('POST /api/event',                        '202   202   202   202      202       202     202    202', hit),
  row('POST /api/events',                       '401   401   403   403      202       401     401    202', { body: ({ site }) => [{ u: `https://${site.domain}/` }] }),
  row('OPTIONS /api/event',                     '204   204   204   204      204       204     204    204'),
  row('GET /api/pixel/{site_id}.gif',           '200   200   200   200      200       200     200    200', { headers: ({ site }) => ({ referer: `https://${site.domain}/` }) }),
  row('POST /api/send',                         '200   200   200   200      200       200     200    200', umami),
  row('OPTIONS /api/send',                      '204   204   204   204      204       204     204    204'),
  row('GET /count',                             '200   200   200   200      200       200     200    200', { ...hit, query: '?p=/' }),
  row('POST /count',                            '200   200   200   200      200       200     200    200', { ...hit, query: '?p=/' }),
  row('OPTIONS /count',                         '204   204   204   204      204       204     204    204'),
  row('GET /antics.js',                         '200   200   200   200      200       401     200    200'),
  row('GET /antics.core.js',                    '200   200   200   200      200       401     200    200'),
  row('GET /api/health',                        '200   200   200   200      200       401     200    200'),
  row('GET /api/health/ready',                  '200   200   200   200      200       401     200    200'),
  row('GET /metrics',                           '200   200   200   200      200       401     200    200'),
  // Files, and the same for everybody: who asks is not looked at.
  row('GET /api/openapi.json',                  '200   200   200   200      200       200     200    200'),
  row('GET /api/docs',                          '200   200   200   200      200       200     200    200'),
  row('GET /api/docs/',                         '200   200   200   200      200       200     200    200'),
  row('GET /api/docs/index.html',               '200   200   200   200      200       200     200    200'),
  row('GET /api/docs/LICENSE',                  '404   404   404   404      404       404     404    404'), // a rule of Swagger’s that hides the file
  row('GET /api/docs/swagger-ui-init.js',       '200   200   200   200      200       200     200    200'),
  row('GET /api/docs/docs/swagger-ui-init.js',  '200   200   200   200      200       200     200    200'),
  row('GET /api/docs/*',                        '200   200   200   200      200       200     200    200', { path: 'swagger-ui.css' }),

  row('GET /api/sites',                         '401   401   200   200      200       401     401    200'),
  row('POST /api/sites',                        '401   401   403   403      403       401     401    201', { body: () => ({ domain: unique() }) }),
  row('GET /api/sites/{site_id}',               '401   401   404   200      404       401     401    200'),
  row('PUT /api/sites/{site_id}',               '401   401   404   403      404       401     401    200', { body: () => ({ name: 'New' }) }),
  row('PUT /api/sites/{site_id}/folder',        '401   401   404   403      404       401     401    200', { body: ({ folder }) => ({ folder_id: folder }) }),
  row('DELETE /api/sites/{site_id}',            '401   401   404   403      404       401     401    204'),
  row('GET /api/refused-hosts',                 '401   401   403   403      403       401     401    200'),

  row('GET /api/stats/{site_id}',               '401   401   404   200      404       401     401    200'),
  row('GET /api/stats/{site_id}/timeseries',    '401   401   404   200      404       401     401    200'),
  row('GET /api/stats/{site_id}/realtime',      '401   401   404   200      404       401     401    200'),
  row('GET /api/stats/{site_id}/paths',         '401   401   404   200      404       401     401    200'),
  row('GET /api/stats/{site_id}/entry-exit',    '401   401   404   200      404       401     401    200'),
  row('GET /api/stats/{site_id}/vitals',        '401   401   404   200      404       401     401    200'),
  row('GET /api/export/{site_id}',              '401   401   404   200      404       401     401    200'),
  row('GET /api/badge/{site_id}',               '404   404   404   404      404       401     404    404'),
  ofPublicSite('GET /api/stats/{site_id}',            '200 200 200 200 200 401 200 200'),
  ofPublicSite('GET /api/stats/{site_id}/timeseries', '200 200 200 200 200 401 200 200'),
  ofPublicSite('GET /api/stats/{site_id}/realtime',   '200 200 200 200 200 401 200 200'),
  ofPublicSite('GET /api/stats/{site_id}/paths',      '200 200 200 200 200 401 200 200'),
  ofPublicSite('GET /api/stats/{site_id}/entry-exit', '200 200 200 200 200 401 200 200'),
  ofPublicSite('GET /api/stats/{site_id}/vitals',     '200 200 200 200 200 401 200 200'),
  ofPublicSite('GET /api/badge/{site_id}',            '200 200 200 200 200 401 200 200'),
  // What always needs an identity.
  ofPublicSite('GET /api/export/{site_id}',           '401 401 404 200 404 401 401 200'),
  ofPublicSite('GET /api/sites/{site_id}',            '401 401 404 200 404 401 401 200'),
  ofPublicSite('PUT /api/sites/{site_id}',            '401 401 404 403 404 401 401 200', { body: () => ({ public: false }) }),

  row('GET /api/folders',                       '401   401   200   200      200       401     401    200'),
  row('POST /api/folders',                      '401   401   403   403      403       401     401    201', { body: () => ({ name: 'Team' }) }),
  row('GET /api/folders/{folder_id}',           '401   401   404   200      404       401     401    200'),
  row('PUT /api/folders/{folder_id}',           '401   401   403   403      403       401     401    200', { body: () => ({ name: 'New' }) }),
  row('DELETE /api/folders/{folder_id}',        '401   401   403   403      403       401     401    204'),

  row('GET /api/keys',                          '401   401   403   403      200       401     401    200'),
  row('POST /api/keys',                         '401   401   403   403      400       401     401    201', { body: ({ site }) => ({ name: 'x', scopes: ['admin'], site_ids: [site.id] }) }),
  row('GET /api/keys/{key_id}',                 '401   401   403   403      404       401     401    200'),
  row('DELETE /api/keys/{key_id}',              '401   401   403   403      404       401     401    204'),
  // A user of another group may sign out: of nothing.
  row('DELETE /api/session',                    '401   401   204   204      204       401     401    204'),
  // Without a token that is good.
  row('GET /sign-in',                           '401   401   401   401      401       401     401    401'),

  row('GET /api/alerts',                        '401   401   200   200      200       401     401    200'),
  row('POST /api/alerts',                       '401   401   403   403      404       401     401    201', { body: ({ site }) => ({ ...alert, site_id: site.id }) }),
  row('GET /api/alerts/{id}',                   '401   401   404   200      404       401     401    200'),
  row('DELETE /api/alerts/{id}',                '401   401   403   403      404       401     401    204'),

  row('GET /api/audit',                         '401   401   403   403      403       401     401    200'),

  row('GET /api/projections',                   '401   401   403   403      403       401     401    200'),
  row('POST /api/projections/{name}/verify',    '401   401   403   403      403       401     401    200'),
  // Nothing stands beside what serves.
  row('POST /api/projections/{name}/diff',      '401   401   403   403      403       401     401    409'),
  row('POST /api/projections/{name}/promote',   '401   401   403   403      403       401     401    422'),
  row('POST /api/projections/{name}/discard',   '401   401   403   403      403       401     401    409'),
  row('POST /api/projections/{name}/rollback',  '401   401   403   403      403       401     401    409'),
  row('GET /api/parked',                        '401   401   403   403      403       401     401    200'),
  // Of a position where nothing is parked.
  row('POST /api/parked/{position}/retry',      '401   401   403   403      403       401     401    404'),
  row('POST /api/parked/{position}/discard',    '401   401   403   403      403       401     401    404'),
  // The last, since it goes on in a worker.
  row('POST /api/projections/{name}/rebuild',   '401   401   403   403      403       401     401    202'),
  ],
];
