import type { Account } from './records.ts';

/**
 * Settings that an earlier version saved did not tell the object who has an account: it asks for them, when the people are
 * looked at. Settings that do not answer are asked again; a save that was quicker has said it better.
 *
 * @param agents reads the accounts from the settings
 * @returns whether there is nothing more to ask; a portal that has no accounts yet is told of the first when they are saved
 */
export async function learnAccounts(
  sql: SqlStorage,
  known: readonly Account[] | null,
  agents: () => Promise<readonly Account[]>,
): Promise<boolean> {
  if (known !== null) return true;
  const found = await agents().catch(() => null);
  if (found !== null && found.length > 0)
    sql.exec(
      'UPDATE portal SET accounts = ? WHERE accounts IS NULL',
      JSON.stringify(found.map(({ userId, name }) => ({ userId, name }))),
    );
  return found !== null;
}
