/** SIP.js's core makes these only when it is asked to subscribe or to publish, which the phone never does. */
const NEVER_ASKED = /[\\/]sip\.js[\\/]lib[\\/]core[\\/]user-agents[\\/](subscribe|publish)-user-agent-client\.js$/;

/**
 * What is built in place of a module of SIP.js that the phone never uses (docs/decisions/0019-parts-of-sipjs-left-out.md).
 * @param id the module's path
 * @returns null = the module itself
 * @example absent('/node_modules/sip.js/lib/core/user-agents/publish-user-agent-client.js') // 'export class Publish…'
 */
export function absent(id) {
  const [, kind] = NEVER_ASKED.exec(id) ?? [];
  if (!kind) return null;
  const name = `${kind[0].toUpperCase()}${kind.slice(1)}UserAgentClient`;
  return `export class ${name} { constructor() { throw new Error('not in this build: ${kind}'); } }`;
}

/** Vite's plugin: the parts of SIP.js that can't be reached stay out of what ships. */
export const absentSipjs = {
  name: 'absent-sipjs',
  load: (id) => absent(id),
};
