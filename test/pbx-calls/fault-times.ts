/** What one fault took, in seconds; each promise is passed on. */
interface Row {
  registered(again: Promise<unknown>): Promise<void>;
  sounds(bothWays: Promise<unknown>): Promise<void>;
  /** Counted from `since` (Unix ms), the hang-up where somebody hangs up; default: from the start. */
  ended(over: Promise<unknown>, since?: number): Promise<void>;
}

const HEAD = ['fault', 'from', 'registered again', 'sound both ways', 'the end is known'];

/** A table of network faults (docs/recovery.md says how to read it). `-`: has no meaning there. */
export function faultTimes() {
  const rows: string[][] = [];
  return {
    /** Starts the clock. */
    begin(fault: string, from: string): Row {
      const start = Date.now();
      const cells = [fault, from, '-', '-', '-'];
      rows.push(cells);
      const note = async (column: number, what: Promise<unknown>, since = start) => {
        await what;
        cells[column] = ((Date.now() - since) / 1000).toFixed(1);
      };
      return {
        registered: (again) => note(2, again),
        sounds: (bothWays) => note(3, bothWays),
        ended: (over, since) => note(4, over, since),
      };
    },
    print(title: string): void {
      const widths = HEAD.map((_, column) => Math.max(...[HEAD, ...rows].map((row) => row[column]?.length ?? 0)));
      const line = (row: readonly string[]) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
      console.log([title, ...[HEAD, ...rows].map(line)].join('\n'));
    },
  };
}
