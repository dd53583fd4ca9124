import { type Bridge, createBridge } from '../bitrix24/bridge.ts';
import { parseFrameName } from '../bitrix24/wire.ts';

/** An element that the page's HTML promises. @throws when it is not there: page and script are of different builds */
export function need<T extends Element>(root: ParentNode, selector: string, type: abstract new () => T): T {
  const element = root.querySelector(selector);
  if (!(element instanceof type)) throw new Error(`The page has no ${selector}.`);
  return element;
}

/** What the Worker put into the page as a JSON data block. */
export function pageData<T>(id: string): T {
  return JSON.parse(need(document, `#${id}`, HTMLScriptElement).textContent ?? 'null') as T;
}

/** The connection to the portal's page around this one; null when there is none. */
export function parentBridge(): Bridge | null {
  const address = parseFrameName(window.name);
  return address && window.parent !== window ? createBridge(window, address, `${crypto.randomUUID()}-`) : null;
}
