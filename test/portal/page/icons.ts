import { Html } from './html.ts';

/** Line icons, 24 by 24, drawn for this project. */
const PATHS: Readonly<Record<string, string>> = {
  home: '<path d="M4 11l8-7 8 7v8a1 1 0 0 1-1 1h-4v-6H9v6H5a1 1 0 0 1-1-1z"/>',
  crm: '<path d="M4 5h16l-6 7v6l-4 2v-8z"/>',
  phone: '<path d="M6 3h3l2 5-2.5 1.8a12 12 0 0 0 5.7 5.7L16 13l5 2v3a2 2 0 0 1-2 2A16 16 0 0 1 4 5a2 2 0 0 1 2-2z"/>',
  app: '<rect x="4" y="4" width="7" height="7" rx="1.5"/><rect x="13" y="4" width="7" height="7" rx="1.5"/><rect x="4" y="13" width="7" height="7" rx="1.5"/><rect x="13" y="13" width="7" height="7" rx="1.5"/>',
  search: '<circle cx="11" cy="11" r="6"/><path d="M16 16l4 4"/>',
  in: '<path d="M18 6L7 17M7 8v9h9"/>',
  out: '<path d="M6 18L17 7M8 7h9v9"/>',
  panel: '<rect x="3" y="5" width="18" height="14" rx="2"/><path d="M14 5v14"/>',
};

export const icon = (name: string): Html =>
  new Html(
    `<svg class="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${PATHS[name] ?? ''}</svg>`,
  );
