import type { Answer } from './host-server.ts';

/** HTML of a page's body, or all that is to say about it. */
export type SitePage = string | { body?: string; head?: string; status?: number; headers?: Record<string, string> };

export interface SiteSetup {
  /** By path, without query. Others answer 404, with the tracker on their page too. */
  pages: Record<string, SitePage>;
  /** Stands on each page before its own head. Default: the tracker's tag with these attributes. */
  head?: string | ((site: TestSite) => string);
  /** Of the tracker's tag: `{ 'data-hash': '' }`. */
  tag?: Record<string, string>;
  /** Sent with each page. */
  headers?: Record<string, string>;
  /** Takes a request before the pages do, by answering it and returning true. */
  answer?: (...asked: Parameters<Answer>) => boolean | Promise<boolean>;
  /** What `PUT /api/sites/:id` is to set: `{ respect_gpc: true }`. */
  settings?: Record<string, unknown>;
  /** Default: one of its own below `site.test`. Another one has to lead to this machine: `localhost`. */
  name?: string;
  /** False: Antics does not know it. */
  isRegistered?: boolean;
}

/** What a test needs to know of its site. See `Room.site` for how to have one. */
export interface TestSite {
  /** As registered: `s1.test:40123`. */
  readonly host: string;
  readonly origin: string;
  /** The public id; empty where it is not registered. */
  readonly id: string;
  /** What was asked of it, in order: `/pricing?a=b`. */
  readonly requests: readonly string[];
}

/** Answers with the pages of a site. */
export function pagesOf(site: TestSite & { requests: string[] }, setup: SiteSetup, defaultHead: string): Answer {
  return async (request, response) => {
    site.requests.push(request.url ?? '');
    if (setup.answer && (await setup.answer(request, response))) return;
    const path = (request.url ?? '/').replace(/\?.*/, '');
    const found = setup.pages[path] ?? { status: 404, body: 'Not found' };
    const page = typeof found === 'string' ? { body: found } : found;
    const head = typeof setup.head === 'function' ? setup.head(site) : (setup.head ?? defaultHead);
    response
      .writeHead(page.status ?? 200, {
        'content-type': 'text/html; charset=utf-8',
        ...setup.headers,
        ...page.headers,
      })
      .end(
        `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${path}</title><link rel="icon" href="data:,">` +
          `${head}${page.head ?? ''}</head><body>${page.body ?? ''}</body></html>`,
      );
  };
}

/** `<script defer src="…/antics.js" data-hash="">` */
export function scriptTag(src: string, attributes: Record<string, string> = {}): string {
  const more = Object.entries(attributes).map(([name, value]) => ` ${name}="${value.replaceAll('"', '&quot;')}"`);
  return `<script defer src="${src}"${more.join('')}></script>`;
}
