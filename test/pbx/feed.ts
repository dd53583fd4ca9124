/** Things that happen one after another, of which a test awaits some. */
export interface Feed<Item> {
  /** Oldest first. */
  readonly all: readonly Item[];
  add(item: Item): void;
  /**
   * The first item that fits, past or future.
   * @param from how many of the oldest not to look at, e.g. an earlier `all.length`
   */
  when(fits: (item: Item) => boolean, from?: number): Promise<Item>;
}

/** An empty feed. */
export function createFeed<Item>(): Feed<Item> {
  const all: Item[] = [];
  const watchers = new Set<(item: Item) => void>();
  return {
    all,
    add(item) {
      all.push(item);
      for (const watch of [...watchers]) watch(item);
    },
    when: (fits, from = 0) =>
      new Promise((resolve) => {
        const past = all.slice(from).find(fits);
        if (past !== undefined) return resolve(past);
        const watch = (item: Item) => {
          if (!fits(item)) return;
          watchers.delete(watch);
          resolve(item);
        };
        watchers.add(watch);
      }),
  };
}
