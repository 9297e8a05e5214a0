import { RequestMethod, type INestApplicationContext } from '@nestjs/common';
import { MetadataScanner, ModulesContainer } from '@nestjs/core';
import { ACCESS, type AccessRule } from '../../src/http/access/access.ts';

export interface RuledRoute {
  /** Such as `GET /api/sites/{site_id}`. */
  readonly route: string;
  readonly rule: AccessRule;
}

/** The routes of Nest's controllers, each with its rule of access: what a document of them has to agree with. */
export function ruledRoutes(app: INestApplicationContext): RuledRoute[] {
  const controllers = [...app.get(ModulesContainer).values()].flatMap((module) => [...module.controllers.values()]);
  return controllers.flatMap(({ metatype }) => {
    if (metatype === null) return [];
    const prototype = metatype.prototype as Record<string, object>;
    return new MetadataScanner().getAllMethodNames(prototype).flatMap((name): RuledRoute[] => {
      const handler = prototype[name] ?? {};
      const method = Reflect.getMetadata('method', handler) as RequestMethod | undefined;
      if (method === undefined) return [];
      const parts = [metatype, handler].map((of) => String(Reflect.getMetadata('path', of)).replace(/^\/|\/$/g, ''));
      const path = parts.filter((part) => part !== '').join('/');
      const route = `${RequestMethod[method]} /${path.replace(/:(\w+)/g, '{$1}')}`;
      return [{ route, rule: Reflect.getMetadata(ACCESS, handler) as AccessRule }];
    });
  });
}
