import { applyDecorators } from '@nestjs/common';
import { ApiSecurity, type DocumentBuilder } from '@nestjs/swagger';
import { SESSION_COOKIE } from '../access/session-cookie.ts';

const [KEY, SESSION, PROXY] = ['api_key', 'session', 'proxy'] as const;

/** Enters the ways to say who is asking. */
export function describeAskers(document: DocumentBuilder): DocumentBuilder {
  return document
    .addSecurity(KEY, { type: 'http', scheme: 'bearer', description: 'An API key. Shown, it decides alone.' })
    .addSecurity(SESSION, {
      type: 'apiKey',
      in: 'cookie',
      name: SESSION_COOKIE,
      description:
        'Set by the link that `antics sign-in` prints. What changes something must come from a page of this address.',
    })
    .addSecurity(PROXY, {
      type: 'apiKey',
      in: 'header',
      name: 'Remote-User',
      description:
        'With `Remote-Groups`, a list with commas: as a proxy in front sets them, which ANTICS_TRUSTED_PROXIES names. ' +
        'What changes something must come from a page of this address.',
    });
}

/** Documents that somebody has to say who they are, in one of the ways. */
export function ApiAsker(): ClassDecorator & MethodDecorator {
  return applyDecorators(ApiSecurity(KEY), ApiSecurity(SESSION), ApiSecurity(PROXY));
}

/** The same where nobody has to, as long as the site is public. */
export function ApiMaybeAsker(): ClassDecorator & MethodDecorator {
  return applyDecorators(ApiSecurity({}), ApiAsker());
}

/** As they stand on an operation that is documented by hand: nobody, or a key. */
export const KEY_OR_NOBODY: Record<string, string[]>[] = [{}, { [KEY]: [] }];
