/** What an admin reads in Bitrix24 beside the placement's title, by interface language. */
const DESCRIPTIONS: Readonly<Record<string, string>> = {
  en: 'Browser phone in every page',
  de: 'Browser-Telefon auf jeder Seite',
  es: 'Teléfono del navegador en cada página',
  pt: 'Telefone do navegador em todas as páginas',
  fr: 'Téléphone du navigateur sur chaque page',
  ru: 'Телефон в браузере на каждой странице',
  it: 'Telefono nel browser in ogni pagina',
  pl: 'Telefon w przeglądarce na każdej stronie',
};

/** LANG_ALL of placement.bind. The title is the operator's own and the same in every language. */
export const placementTexts = (
  title: string,
): Record<string, { TITLE: string; DESCRIPTION: string; GROUP_NAME: string }> =>
  Object.fromEntries(
    Object.entries(DESCRIPTIONS).map(([language, description]) => [
      language,
      { TITLE: title, DESCRIPTION: description, GROUP_NAME: title },
    ]),
  );
