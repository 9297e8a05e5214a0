import { RawNode, sql, ValueNode, type KyselyPlugin, type OperationNode } from 'kysely';
import type { Db, Tx } from '../../platform/database.ts';

/** The limit of a read that wants all there is, and the mark of the statement whose rows are to be held. */
export const ALL_ROWS = 2_147_483_647;

/** Kept by the server as long as the connection, in a file of its own where the rows are many. */
const CURSOR = sql.ref('antics_export');

/**
 * The handle through which a read with the limit `ALL_ROWS` keeps its rows at the server, to be fetched by `fetchHeld`,
 * and answers none itself. What it looks up before is answered as always.
 *
 * The rows are those of the snapshot at hand and need it no longer once its transaction has ended ("with hold"): a
 * client that reads slowly must not keep a snapshot open, as then no row that is updated meanwhile can be cleaned up.
 */
export function holdingRows(tx: Tx): Tx {
  return tx.withPlugin(declareCursor);
}

const declareCursor: KyselyPlugin = {
  transformQuery({ node }) {
    if (!RawNode.is(node) || !asksForAll(node)) return node;
    const declare = sql`declare ${CURSOR} no scroll cursor with hold for `.toOperationNode();
    return RawNode.create(['', '', ''], [declare, node]);
  },
  transformResult: ({ result }) => Promise.resolve(result),
};

function asksForAll(node: OperationNode): boolean {
  if (ValueNode.is(node)) return node.value === ALL_ROWS;
  return RawNode.is(node) && node.parameters.some(asksForAll);
}

/** The next rows, none at the end. */
export async function fetchHeld<Row>(connection: Db, count: number): Promise<Row[]> {
  return (await sql<Row>`fetch ${sql.lit(count)} from ${CURSOR}`.execute(connection)).rows;
}

export async function letGo(connection: Db): Promise<void> {
  await sql`close ${CURSOR}`.execute(connection);
}
