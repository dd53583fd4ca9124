import { edited } from './edit.mjs';

/** SIP.js's own modules, wherever they are installed. */
const SIPJS = /[\\/]sip\.js[\\/]lib[\\/].+\.js$/;
/** Where a warning is all that says why the PBX's message was dropped, or its challenge not answered. */
const TELLS_WHY =
  /[\\/](?:api[\\/]user-agent|user-agents[\\/]user-agent-client|messages[\\/](?:parser|digest-authentication))\.js$/;
/** Errors stay everywhere; `client/phone/sipjs/log.ts` would drop debug and log anyway. */
const levelsOf = (id) => (TELLS_WHY.test(id) ? ['debug', 'log'] : ['debug', 'log', 'warn']);

const isLogger = (node) =>
  (node.type === 'Identifier' && node.name === 'logger') ||
  (node.type === 'MemberExpression' && !node.computed && /^_?logger$/.test(node.property.name));

const isLogCall = (node, levels) =>
  node.type === 'CallExpression' &&
  node.callee.type === 'MemberExpression' &&
  levels.includes(node.callee.property.name) &&
  isLogger(node.callee.object);

/**
 * A module of SIP.js without its chatter: whole statements only, each replaced by an empty one, so that an `if` without braces
 * keeps its body. A call whose value is used stays.
 * @param id the module's path
 * @returns null for a module that is not SIP.js's; else its code, and how many statements went
 * @example quiet('if (x) this.logger.log(x); y();', '/node_modules/sip.js/lib/z.js') // { code: 'if (x) ; y();', removed: 1 }
 */
export function quiet(code, id) {
  if (!SIPJS.test(id)) return null;
  const levels = levelsOf(id);
  const rest = edited(code, (node) =>
    node.type === 'ExpressionStatement' && isLogCall(node.expression, levels) ? ';' : undefined,
  );
  return { code: rest.code, removed: rest.count };
}

/** Vite's plugin: what ships of SIP.js says only what somebody may read (docs/sipjs.md). */
export const quietSipjs = {
  name: 'quiet-sipjs',
  transform(code, id) {
    const quieter = quiet(code, id);
    return quieter && { code: quieter.code, map: null };
  },
};
