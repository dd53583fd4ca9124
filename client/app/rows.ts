import { need } from '../pages/dom.ts';

/** Values of one row by field name. */
export type RowValues = Readonly<Record<string, string>>;

/** A box that is ticked is `yes`, one that is not is blank. */
const contentOf = (input: HTMLInputElement) => (input.type !== 'checkbox' ? input.value : input.checked ? 'yes' : '');

const field = (row: Element, name: string) => row.querySelector<HTMLInputElement>(`[data-field="${name}"]`);

/**
 * One table of the form whose rows a person adds and removes.
 *
 * @param root the element with `data-list`
 * @param changed called after each change by the person
 */
export function rowsOf(root: HTMLElement, changed: () => void) {
  const body = need(root, 'tbody', HTMLTableSectionElement);
  const template = need(root, 'template', HTMLTemplateElement);
  const empty = need(root, '[data-empty]', HTMLElement);
  const add = need(root, '[data-add]', HTMLButtonElement);

  const update = () => {
    empty.hidden = body.childElementCount > 0;
    root.classList.toggle('grid--empty', body.childElementCount === 0);
  };

  const append = (values: RowValues, placeholders: RowValues = {}): HTMLTableRowElement => {
    const row = need(template.content.cloneNode(true) as DocumentFragment, 'tr', HTMLTableRowElement);
    for (const [name, value] of Object.entries(values)) {
      const input = field(row, name);
      if (input?.type === 'checkbox') input.checked = value !== '';
      else if (input) input.value = value;
    }
    for (const [name, text] of Object.entries(placeholders)) {
      const input = field(row, name);
      if (input) input.placeholder = text;
    }
    need(row, '[data-remove]', HTMLButtonElement).addEventListener('click', () => {
      // The focus goes where a person looks next, instead of to the top of the page.
      const next = row.nextElementSibling ?? row.previousElementSibling;
      row.remove();
      (next?.querySelector<HTMLElement>('[data-remove]') ?? add).focus();
      update();
      changed();
    });
    body.append(row);
    update();
    return row;
  };

  add.addEventListener('click', () => {
    append({}).querySelector('input')?.focus();
    changed();
  });

  return {
    append,
    clear(): void {
      body.replaceChildren();
      update();
    },
    /** The rows that a person wrote anything into; a row left blank was not meant. */
    filled(): { row: HTMLTableRowElement; values: RowValues }[] {
      return [...body.querySelectorAll('tr')]
        .map((row) => ({
          row,
          values: Object.fromEntries(
            [...row.querySelectorAll<HTMLInputElement>('[data-field]')].map((input) => [
              input.dataset.field ?? '',
              contentOf(input),
            ]),
          ),
        }))
        .filter(({ values }) => Object.values(values).some((value) => value.trim() !== ''));
    },
  };
}

export type Rows = ReturnType<typeof rowsOf>;
