import { createDurable as untypedCreate, proxyDurable as untypedProxy } from 'itty-durable';

/**
 * The part of an itty-durable object that we use, typed: the library's own types are empty (2.4.1).
 */
export interface IttyObject {
  readonly state: { readonly storage: DurableObjectStorage };
  fetch(request: Request): Promise<Response>;
  /** Called after every call; override to decide whether there is something to write. */
  persist(): Promise<void>;
  /** Called once, after the stored fields were loaded. */
  onLoad(): Promise<void>;
}

type IttyClass = new (state: DurableObjectState, env: Record<string, never>) => IttyObject;

/** Base class of an object whose enumerable fields are stored as one JSON document. */
export const createDurable = untypedCreate as unknown as (options: { autoPersist: boolean }) => IttyClass;

/** A call of an itty object as its caller sees it: what it returns went through JSON, and every call may throw. */
export type Remote<T> = {
  readonly [K in keyof T]: T[K] extends (...args: infer A) => infer R ? (...args: A) => Promise<Awaited<R>> : never;
};

/**
 * Calls an itty object. The id is made here, because the library would read a name of 64 hexadecimal digits as an id.
 *
 * Never `await` or return the result itself from an async function: every property of it is a call, `then` too.
 */
export function ittyCalls<T>(namespace: Pick<DurableObjectNamespace, 'idFromName'>, name: string): Remote<T> {
  return untypedProxy(namespace, { parse: true }).get(namespace.idFromName(name)) as Remote<T>;
}
