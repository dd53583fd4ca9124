/** The asset server's headers: a hashed name never changes its content. */
export function headersFile() {
  return `/assets/*
  Cache-Control: public, max-age=31536000, immutable
  X-Content-Type-Options: nosniff
`;
}

const entryOf = (parts, name) => parts.find((part) => part.type === 'chunk' && part.isEntry && part.name === name);

/** The text of src/generated/client.ts; the Worker imports nothing else from the build. */
export function generatedModule({ parts, boot, bootHash, entries }) {
  if (boot.includes('</script')) throw new Error('the boot script would end its own element');
  const urls = Object.fromEntries(entries.map((name) => [name, `/${entryOf(parts, name).fileName}`]));
  const css = parts.find((part) => part.type === 'asset' && /^assets\/pages-.*\.css$/.test(part.fileName));
  return `// Written by client/build; not for editing.
export const bootScript: string = ${JSON.stringify(boot)};
export const bootHash: string = ${JSON.stringify(bootHash)};
export const entries: { ${entries.map((name) => `${name}: string`).join('; ')} } = ${JSON.stringify(urls)};
export const styles: { pages: string } = ${JSON.stringify({ pages: css ? `/${css.fileName}` : '' })};
`;
}

/** Bytes of every part, and of what each page view costs: boot and frame; and of what the phone's frame adds. */
export function sizeReport({ parts, boot, brotli }) {
  const bytes = (name, text) => ({ name, min: Buffer.byteLength(text), brotli: brotli(text) });
  const rows = parts.map((part) =>
    bytes(part.fileName.replace('assets/', ''), part.type === 'chunk' ? part.code : String(part.source)),
  );
  const bootRow = bytes('boot (inlined)', boot);
  const row = (start) => rows.find(({ name }) => name.startsWith(start));
  const sum = (name, ...of) => ({
    name,
    min: of.reduce((all, { min }) => all + min, 0),
    brotli: of.reduce((all, { brotli }) => all + brotli, 0),
  });
  const every = [bootRow, row('frame-')];
  return [...rows, bootRow, sum('every frame', ...every), sum('frame with phone', ...every, row('phone-'))];
}
