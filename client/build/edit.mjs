import { parseAst } from 'vite';

/** What is written in place of nodes; what lies inside a node that is replaced is not looked at. */
function* editsOf(node, replacement) {
  const text = replacement(node);
  if (text !== undefined) return yield { start: node.start, end: node.end, text };
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (typeof child?.type === 'string') yield* editsOf(child, replacement);
    }
  }
}

/**
 * A part of a module with some of its nodes written anew.
 * @param code the whole module
 * @param node the part, as `parseAst` gives it
 * @param replacement a node's new text; undefined: the node stays, with what is replaced inside it
 * @returns the part's code, and how many nodes were replaced
 */
export function editedNode(code, node, replacement) {
  const edits = [...editsOf(node, replacement)];
  let rest = code.slice(node.start, node.end);
  for (const { start, end, text } of edits.toReversed())
    rest = rest.slice(0, start - node.start) + text + rest.slice(end - node.start);
  return { code: rest, count: edits.length };
}

/**
 * The same for a whole module.
 * @example edited('a(1); b(2);', (node) => (node.type === 'Literal' ? '0' : undefined)) // { code: 'a(0); b(0);', count: 2 }
 */
export const edited = (code, replacement) => {
  const program = parseAst(code);
  return editedNode(code, { ...program, start: 0, end: code.length }, replacement);
};
