/**
 * Routes that a Fastify instance answers, such as `GET /api/sites/{site_id}`, from its `printRoutes({ commonPrefix:
 * false })`: a tree with a line a route, where each continues the path of the line above it that is less indented.
 */
export function runningRoutes(printed: string): string[] {
  const routes: string[] = [];
  const paths: string[] = [];
  for (const line of printed.split('\n')) {
    const [, indent = '', part = '', methods = ''] = /^([\s│├└─]*)(\S*)(?: \(([A-Z, ]+)\))?$/.exec(line) ?? [];
    if (part === '') continue;
    const depth = indent.length / 4;
    paths.length = depth;
    paths[depth] = (paths[depth - 1] ?? '') + part;
    const path = paths[depth].replace(/:(\w+)/g, '{$1}');
    for (const method of methods === '' ? [] : methods.split(', ')) routes.push(`${method} ${path}`);
  }
  return routes;
}
