// The baseline over HTTP, in a process of its own: Fastify and nothing of ours. `POST /api/event` answers 202 as soon
// as the body is read; `GET /one` is the least that a question to the database can be.
import fastify from 'fastify';
import { sql } from 'kysely';

import { openDatabase } from '../src/platform/database.ts';

const { databaseUrl } = JSON.parse(process.argv[2] ?? '{}') as { databaseUrl: string };
const database = openDatabase({
  url: databaseUrl,
  role: 'reader',
  max: 4,
  applicationName: 'antics bench bare',
  onError: (e) => console.error(`bench: the bare server lost a connection: ${e.message}`),
});

const server = fastify();
server.post('/api/event', (_request, reply) => reply.code(202).send());
server.get('/one', async () => (await sql<{ one: number }>`select 1 as one`.execute(database.db)).rows[0]);

process.once('SIGTERM', () => {
  void Promise.allSettled([server.close(), database.close()]).then(() => process.exit(0));
});
process.send?.(await server.listen({ host: '127.0.0.1', port: 0 }));
