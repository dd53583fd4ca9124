import { parseAst } from 'vite';
import { edited, editedNode } from './edit.mjs';

/** SIP.js's grammar: 260 rules as PEG.js (https://pegjs.org) writes them, bytecode and a table of what the bytecode names. */
const GRAMMAR = /[\\/]sip\.js[\\/]lib[\\/]grammar[\\/]pegjs[\\/]dist[\\/]grammar\.js$/;

/** Rules that SIP.js begins to read with: of a message's first line, of the headers that it parses, of addresses. */
export const START_RULES = [
  'absoluteURI',
  'Call_ID',
  'Contact',
  'Content_Disposition',
  'Content_Length',
  'Content_Type',
  'CSeq',
  'Event',
  'From',
  'Max_Forwards',
  'Name_Addr_Header',
  'Proxy_Authenticate',
  'Record_Route',
  'Refer_To',
  'Replaces',
  'Request_Response',
  'SIP_URI',
  'To',
  'uuid',
  'Via',
  'WWW_Authenticate',
];

/** PEG.js adds 32 to each number of the bytecode, so that it is a printable string. */
const SHIFT = 32;
const decode = (text) => Array.from(text, (char) => char.charCodeAt(0) - SHIFT);
const encode = (codes) => String.fromCharCode(...codes.map((code) => code + SHIFT));

const CALL = 26;
const FAIL = 23;
const RULE = 27;
/** How many numbers each operation takes, itself included; CALL has its arguments on top. */
const LENGTHS = [2, 1, 1, 1, 1, 1, 1, 1, 2, 1, 1, 2, 1, 3, 3, 3, 2, 3, 4, 4, 4, 2, 2, 2, 2, 1, 4, 2, 1, 1];
/** Operations whose next number names a constant: text, a class of characters, or a function. */
const NAMES_CONSTANT = [0, 18, 19, 20, 22, CALL];

/** The operations of a rule: where each stands in its bytecode. */
function* operations(code) {
  for (let at = 0; at < code.length; ) {
    const length = LENGTHS[code[at]];
    if (length === undefined) throw new Error(`unknown operation ${code[at]} in SIP.js's grammar`);
    yield at;
    at += length + (code[at] === CALL ? code[at + 3] : 0);
  }
}

/** The rules that these reach, and the constants that they name, in the order in which they are met. */
function reached(rules, starts) {
  const kept = new Set(starts);
  const constants = new Set();
  // A set is walked on over what is added to it meanwhile.
  for (const index of kept) {
    const code = rules[index];
    for (const at of operations(code)) {
      if (code[at] === RULE) kept.add(code[at + 1]);
      if (NAMES_CONSTANT.includes(code[at])) constants.add(code[at + 1]);
    }
  }
  const inOrder = (set) => [...set].sort((a, b) => a - b);
  return { kept: inOrder(kept), constants: inOrder(constants) };
}

/** A rule's bytecode under the new numbers. What a failed match expected is asked by nobody. */
function renumbered(code, kept, constants) {
  const out = [...code];
  for (const at of operations(code)) {
    if (code[at] === RULE) out[at + 1] = kept.indexOf(code[at + 1]);
    if (code[at] === FAIL) out[at + 1] = 0;
    if (NAMES_CONSTANT.includes(code[at])) out[at + 1] = constants.indexOf(code[at + 1]);
  }
  return out;
}

function* nodesOf(node) {
  yield node;
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (typeof child?.type === 'string') yield* nodesOf(child);
    }
  }
}

const calls = (node, name) => node?.type === 'CallExpression' && name.test(node.callee.name ?? '');
const isDefault = (node) =>
  node.type === 'ExpressionStatement' &&
  node.expression.type === 'AssignmentExpression' &&
  node.expression.left.name === 'options' &&
  node.expression.right.type === 'LogicalExpression';

/** What is written in place of a node; undefined: the node stays, with what is in it. */
function replacement(node, tables) {
  if (node.type === 'VariableDeclarator') return tables[node.id.name] && `${node.id.name} = ${tables[node.id.name]}`;
  if (node.type === 'ThrowStatement' && calls(node.argument, /^peg\$build/)) return 'throw new Error();';
  if (node.type === 'ExpressionStatement' && calls(node.expression, /^peg\$fail$/)) return ';';
  // `Grammar.parse` always gives options, and catches what is thrown.
  if (isDefault(node)) return ';';
  return undefined;
}

/**
 * SIP.js's grammar with the rules that are asked for (START_RULES) and those that they reach, and without the texts that say
 * what was expected instead: SIP.js throws them away. What it reads, and to what, is the same.
 * @param id the module's path
 * @returns null for every other module
 */
export function grammar(code, id) {
  if (!GRAMMAR.test(id)) return null;
  const found = {};
  for (const node of nodesOf(parseAst(code))) {
    if (node.type === 'VariableDeclarator' && node.id.name?.startsWith('peg$')) found[node.id.name] ??= node.init;
  }
  const indices = Object.fromEntries(
    found.peg$startRuleIndices.properties.map(({ key, value }) => [key.name, value.value]),
  );
  const rules = found.peg$bytecode.elements.map((call) => decode(call.arguments[0].value));
  const { kept, constants } = reached(
    rules,
    START_RULES.map((name) => indices[name]),
  );
  const starts = START_RULES.map((name) => [name, kept.indexOf(indices[name])]);
  const constantAt = (index) =>
    editedNode(code, found.peg$consts.elements[index], (node) => replacement(node, {})).code;
  const tables = {
    peg$startRuleIndices: JSON.stringify(Object.fromEntries(starts)),
    peg$startRuleIndex: '0',
    peg$consts: `[${constants.map((index) => constantAt(index)).join(',')}]`,
    peg$bytecode: `${JSON.stringify(kept.map((index) => encode(renumbered(rules[index], kept, constants))))}.map(peg$decode)`,
  };
  return edited(code, (node) => replacement(node, tables)).code;
}

/** Vite's plugin: of SIP.js's grammar ships what the phone reads with (docs/sipjs.md). */
export const smallGrammar = {
  name: 'small-grammar',
  transform(code, id) {
    const smaller = grammar(code, id);
    return smaller && { code: smaller, map: null };
  },
};
