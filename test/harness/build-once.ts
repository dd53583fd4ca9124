import process from 'node:process';
import { projectNode } from '../start/node.mjs';
import { buildWorker } from './build.mjs';

/** vitest's global set-up for the projects that run the built Worker. `npm test` has built it already and says so. */
export default async function buildOnce(): Promise<void> {
  if (process.env.WEBPHONE_BUILT === '1') return;
  const node = projectNode();
  if (!node.ok) throw new Error(node.message);
  const { code, output } = await buildWorker(node.path);
  if (code !== 0) throw new Error(`The Worker does not build:\n${output}`);
}
