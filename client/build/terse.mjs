import { edited } from './edit.mjs';

/** SIP.js's own modules, wherever they are installed. */
const SIPJS = /[\\/]sip\.js[\\/]lib[\\/].+\.js$/;

/** Statuses that SIP.js or the phone answers with or gives as a reason. A phrase is for people who read a PBX's log. */
export const SENT = [
  100, 180, 183, 200, 202, 302, 400, 404, 405, 408, 416, 420, 469, 480, 481, 482, 484, 486, 487, 488, 489, 491, 500,
  501, 503, 504, 603,
];

const isText = (node) =>
  node?.type === 'TemplateLiteral' || (node?.type === 'Literal' && typeof node.value === 'string');
const isException = (node) => node.type === 'NewExpression' && /(?:Error|Exception)$/.test(node.callee.name ?? '');
const isPhrases = (node) => node.type === 'VariableDeclarator' && node.id.name === 'REASON_PHRASE';
const sentPhrases = (node, code) =>
  node.init.properties.filter(({ key }) => SENT.includes(key.value)).map(({ start, end }) => code.slice(start, end));

/**
 * A module of SIP.js whose exceptions are without words: they are about a wrong use of SIP.js, or about what a leg tells as its
 * end, and their stack says where. Of the reason phrases those stay that are sent.
 * @param id the module's path
 * @returns null for a module that is not SIP.js's; else its code, and how many texts went
 * @example terse('throw new Error("Dialog undefined.");', '/node_modules/sip.js/lib/api/session.js')
 * // { code: 'throw new Error();', removed: 1 }
 */
export function terse(code, id) {
  if (!SIPJS.test(id)) return null;
  const rest = edited(code, (node) => {
    if (isPhrases(node)) return `REASON_PHRASE = { ${sentPhrases(node, code).join(', ')} }`;
    if (!isException(node) || node.arguments.length !== 1 || !isText(node.arguments[0])) return undefined;
    return `new ${node.callee.name}()`;
  });
  return { code: rest.code, removed: rest.count };
}

/** Vite's plugin: see docs/sipjs.md. */
export const terseSipjs = {
  name: 'terse-sipjs',
  transform(code, id) {
    const shorter = terse(code, id);
    return shorter && { code: shorter.code, map: null };
  },
};
