/** HTML as values: text is escaped unless it is itself {@link Html}. */
export class Html {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escapeHtml = (value: string): string => value.replace(/[&<>"']/g, (found) => ESCAPES[found] ?? found);

type Piece = Html | string | number | null | readonly Piece[];

const render = (piece: Piece): string => {
  if (piece === null) return '';
  if (piece instanceof Html) return piece.source;
  if (typeof piece === 'string' || typeof piece === 'number') return escapeHtml(String(piece));
  return piece.map(render).join('');
};

/** @example html`<b>${name}</b>` */
export const html = (parts: TemplateStringsArray, ...pieces: readonly Piece[]): Html =>
  new Html(parts.map((part, index) => part + (index < pieces.length ? render(pieces[index] ?? null) : '')).join(''));

/** JSON that is safe inside a script element. */
export const scriptJson = (value: unknown): Html => new Html(JSON.stringify(value).replaceAll('<', '\\u003c'));
