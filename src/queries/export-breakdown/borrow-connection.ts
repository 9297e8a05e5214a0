import type { Db } from '../../platform/database.ts';

export interface Borrowed {
  /** Everything on it runs on one connection. */
  readonly connection: Db;
  /** Gives it back to the pool. Can be called twice. */
  release(): Promise<void>;
}

/** A connection for longer than one callback lasts, as a stream needs it. */
export function borrowConnection(db: Db): Promise<Borrowed> {
  const done = Promise.withResolvers<void>();
  return new Promise((resolve, reject) => {
    const holding = db.connection().execute(async (connection) => {
      const release = async () => {
        done.resolve();
        await holding;
      };
      resolve({ connection, release });
      await done.promise;
    });
    holding.catch(reject);
  });
}
