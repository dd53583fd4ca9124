import type { NamedRow } from '../../src/statistics/summary.ts';
import { need } from '../pages/dom.ts';

/** Rows that are shown; all are in the files. */
const SHOWN = 200;

/** What the section works with; handed in, so that a test decides what the service answers. */
export interface StatisticsDesk {
  readonly root: ParentNode;
  readonly ticket: string;
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** Gives a file to the person. */
  save(file: Blob, name: string): void;
}

/** Minutes and seconds of talk, hours where there are some. @example talkTime(3725) // '1:02:05' */
export function talkTime(seconds: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** The cells of one row, in the order of the table's head. */
export const cellsOf = (row: NamedRow): string[] => [
  row.day,
  row.agent || `Employee ${row.userId}`,
  row.direction === 'in' ? 'in' : 'out',
  row.outcome.replace('_', ' '),
  String(row.calls),
  talkTime(row.talkSeconds),
  row.mos === null ? 'not measured' : row.mos.toFixed(2),
];

function fill(body: HTMLTableSectionElement, rows: readonly NamedRow[]): void {
  body.replaceChildren();
  for (const row of rows.slice(0, SHOWN)) {
    const line = body.insertRow();
    for (const text of cellsOf(row)) line.insertCell().textContent = text;
  }
}

/** Shows the calls added up when the section is opened, and gives them as files. */
export function runStatistics({ root, ticket, fetch, save }: StatisticsDesk): void {
  const section = need(root, '#statistics', HTMLDetailsElement);
  const state = need(section, '#statistics-state', HTMLElement);
  const table = need(section, '#statistics-table', HTMLElement);
  const body = need(table, 'tbody', HTMLTableSectionElement);

  const ask = async (format: string): Promise<Response | null> => {
    const headers = { authorization: `Bearer ${ticket}` };
    const answer = await fetch(`/api/statistics?format=${format}`, { headers }).catch(() => null);
    if (answer?.ok) return answer;
    state.textContent =
      answer?.status === 401
        ? 'Your session has ended: open the app again.'
        : 'The figures could not be read. Try again.';
    state.hidden = false;
    return null;
  };
  const show = async () => {
    if (!section.open) return;
    const answer = await ask('json');
    if (!answer) return;
    const { rows } = (await answer.json()) as { rows: NamedRow[] };
    fill(body, rows);
    table.hidden = rows.length === 0;
    state.hidden = rows.length > 0 && rows.length <= SHOWN;
    state.textContent =
      rows.length === 0 ? 'No calls yet.' : `The newest ${SHOWN} of ${rows.length} lines; the files have all.`;
  };
  section.addEventListener('toggle', () => void show());
  for (const button of section.querySelectorAll<HTMLElement>('[data-download]'))
    button.addEventListener('click', async () => {
      const format = button.dataset.download ?? 'csv';
      const answer = await ask(format);
      if (answer) save(await answer.blob(), `calls.${format}`);
    });
}

/** Hands a file to the browser as a download. */
export function saveFile(file: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  // The browser reads the address after this task.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Copies the field that a button names; where a frame may not write the clipboard, the field is selected for the person. */
export function runCopies(root: ParentNode): void {
  for (const button of root.querySelectorAll<HTMLElement>('[data-copy]'))
    button.addEventListener('click', async () => {
      const input = need(root, `#${button.dataset.copy}`, HTMLInputElement);
      input.select();
      const done = await navigator.clipboard?.writeText(input.value).then(
        () => true,
        () => false,
      );
      button.textContent = done ? 'Copied' : 'Selected: press Ctrl+C';
    });
}
